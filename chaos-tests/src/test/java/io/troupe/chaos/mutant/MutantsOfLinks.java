package io.troupe.chaos.mutant;

import java.util.List;

import static io.troupe.chaos.mutant.ProductionMutant.bug;

/**
 * Bugs in the cores of links: frames, rings, sessions, handshakes, circuits; and in what a voter's disk is believed.
 */
final class MutantsOfLinks {
    private static final String FRAME = "transport/src/main/java/io/troupe/transport/internal/frame/";
    private static final String SESSION = "transport/src/main/java/io/troupe/transport/internal/session/";
    private static final String METADATA = "raft-metadata/src/main/java/io/troupe/metadata/internal/";
    private static final String TCP = "transport/src/main/java/io/troupe/transport/internal/tcp/";
    private static final String READER_TEST = "transport.internal.frame.FrameReaderTest";
    private static final String HANDSHAKE_TEST = "transport.internal.frame.LinkHandshakeTest";
    private static final String SECRET_TEST = "transport.internal.frame.SecretHandshakeTest";
    private static final String SESSION_TEST = "transport.internal.session.LinkSessionTest";
    private static final String ASSEMBLY_TEST = "transport.internal.session.AssemblyTest";
    private static final String SESSIONS_TEST = "transport.internal.tcp.SessionSimulationTest";
    private static final String ROUTE_TEST = "transport.internal.frame.DialRouteTest";
    private static final String DIRECTORY_TEST = "transport.internal.tcp.SocketDirectoryTest";
    private static final String FLOW_TEST = "transport.internal.session.LinkFlowTest";

    /** Only the simulated cluster's network is not made of them, so a test of their own kills each. */
    static final List<ProductionMutant> KILLED = List.of(
            bug(
                    "link waits for a frame of any length",
                    FRAME + "FrameReader.java",
                    " || length - FrameLayout.HEADER_LENGTH > maxBodyLength) {",
                    ") {",
                    READER_TEST),
            bug(
                    "link takes frames with reserved bits",
                    FRAME + "FrameReader.java",
                    "if (FrameLayout.reserved(buffer, index) != 0) {",
                    "if (FrameLayout.reserved(buffer, index) > 255) {",
                    READER_TEST),
            bug(
                    "link hands on a frame before its last bytes",
                    FRAME + "FrameReader.java",
                    "if (length - used < wireLength) {",
                    "if (length - used < wireLength - FrameLayout.ALIGNMENT) {",
                    READER_TEST),
            bug(
                    "link takes anything between two frames",
                    FRAME + "FrameReader.java",
                    "            checkClosingZeros(buffer, index + FrameLayout.HEADER_LENGTH + bodyLength, index + wireLength);\n",
                    "",
                    READER_TEST),
            bug(
                    "ring of a link sends the oldest frame again when it is full",
                    SESSION + "SendRing.java",
                    "        while (sent < end) {\n",
                    "        while (sent < end + 1) {\n",
                    SESSION_TEST),
            bug(
                    "ring of a link frees memory that is not zero",
                    SESSION + "SendRing.java",
                    "        memory.setMemory(index, first, (byte) 0);\n",
                    "",
                    SESSIONS_TEST),
            bug(
                    "ring of a link forgets the filler that was acknowledged",
                    SESSION + "SendRing.java",
                    "        skippedAcked = pastFiller ? skippedSent : skippedAcked;\n",
                    "",
                    SESSIONS_TEST),
            bug(
                    "ring of a link goes back to any byte",
                    SESSION + "SendRing.java",
                    "        if (at - skipped != position) {\n",
                    "        if (at - skipped < position) {\n",
                    SESSION_TEST),
            bug(
                    "ring of a link believes any acknowledgement",
                    SESSION + "SendRing.java",
                    " || position > sentPosition()) {",
                    ") {",
                    SESSION_TEST),
            bug(
                    "link takes up the session of another process",
                    SESSION + "LinkSession.java",
                    "boolean goesOn = isOpen() && said.session() == id && ring.resume(said.position());",
                    "boolean goesOn = isOpen() && ring.resume(said.position());",
                    SESSION_TEST),
            bug(
                    "link counts a frame without its header",
                    SESSION + "LinkSession.java",
                    "received += FrameLayout.wireLength(length);",
                    "received += FrameLayout.align(length);",
                    SESSIONS_TEST),
            bug(
                    "link begins a session where the last one ended",
                    SESSION + "LinkSession.java",
                    "        received = 0;\n        told = 0;\n",
                    "",
                    SESSIONS_TEST),
            bug(
                    "link says after every frame how far it is",
                    SESSION + "LinkSession.java",
                    "otherAckEvery = Math.max(LEAST_BETWEEN_ACKS, other.ackEvery());",
                    "otherAckEvery = other.ackEvery();",
                    SESSION_TEST),
            bug(
                    "link counts no part that has come",
                    SESSION + "LinkSession.java",
                    "        received += FrameLayout.wireLength(length);\n        return ends;\n",
                    "        return ends;\n",
                    SESSIONS_TEST),
            bug(
                    "link sends frames that the other end does not take",
                    SESSION + "LinkSession.java",
                    "maxFrameLength = Math.min(ownMaxFrameLength, other.maxFrameLength());",
                    "maxFrameLength = ownMaxFrameLength;",
                    SESSION_TEST),
            bug(
                    "ring of a link writes a part over its end",
                    SESSION + "Parts.java",
                    "return Math.min(left, Math.min(room, maxBodyLength));",
                    "return Math.min(left, maxBodyLength);",
                    SESSIONS_TEST),
            bug(
                    "ring of a link ends a frame with every part",
                    SESSION + "SendRing.java",
                    "(done + part < length ? FrameLayout.MORE : 0)",
                    "0",
                    SESSIONS_TEST),
            bug(
                    "link hands on the rest of a frame of an earlier session",
                    SESSION + "Assembly.java",
                    "boolean dropped = continued && !begun;",
                    "boolean dropped = false;",
                    ASSEMBLY_TEST),
            bug(
                    "link takes parts that have no beginning",
                    SESSION + "Assembly.java",
                    "if (continued != goesOn && (begun || !continued)) {",
                    "if (continued != goesOn && !continued) {",
                    ASSEMBLY_TEST),
            bug(
                    "link puts frames together without a limit",
                    SESSION + "Assembly.java",
                    "if (partLength > maxLength - (continued ? length : 0)) {",
                    "if (partLength > maxLength) {",
                    ASSEMBLY_TEST),
            bug(
                    "link agrees before the secret is proven",
                    FRAME + "LinkHandshake.java",
                    "        if (secret == null) {\n            return judge(other);\n        }\n",
                    "        if (other.hasSecret() == own.hasSecret()) {\n            return judge(other);\n        }\n",
                    SECRET_TEST),
            bug(
                    "link takes its own proof for one of the other end",
                    FRAME + "LinkHandshake.java",
                    "DIALLING = \"dialling\".getBytes",
                    "DIALLING = \"accepting\".getBytes",
                    SECRET_TEST),
            bug(
                    "link takes the welcome of another node",
                    FRAME + "LinkHandshake.java",
                    "        if (!other.nodeId().equals(own.to())) {\n            return refused(other, RefusalCode.WRONG_NODE);\n        }\n",
                    "",
                    HANDSHAKE_TEST),
            bug(
                    "link with a certificate of anybody",
                    FRAME + "LinkHandshake.java",
                    "if (shown != null && shown.uris().contains(name)) {",
                    "if (shown != null) {",
                    HANDSHAKE_TEST),
            bug(
                    "link keeps both of two crossing dials",
                    FRAME + "LinkHandshake.java",
                    "return sameIncarnation && own.compareTo(other) < 0;",
                    "return false;",
                    HANDSHAKE_TEST),
            bug(
                    "dial over a file that failed goes over the file again",
                    FRAME + "DialRoute.java",
                    "return hasFile && !fileFailed ?",
                    "return hasFile ?",
                    ROUTE_TEST),
            bug(
                    "dial of another host goes over a file of this one",
                    FRAME + "DialRoute.java",
                    "if (mode == Mode.OFF || !here) {",
                    "if (mode == Mode.OFF) {",
                    ROUTE_TEST),
            bug(
                    "dial over a file is believed from any user",
                    TCP + "SocketDirectory.java",
                    "if (!now.owner().equals(user)) {",
                    "if (now.owner() == null) {",
                    DIRECTORY_TEST),
            bug(
                    "node takes the file of another that answers",
                    TCP + "SocketDirectory.java",
                    "            asks.connect(UnixDomainSocketAddress.of(file));",
                    "            Files.delete(file);",
                    DIRECTORY_TEST),
            bug(
                    "node that closes deletes the file of another",
                    TCP + "SocketDirectory.java",
                    "if (key != null && key.equals(attributes(file).fileKey())) {",
                    "if (key != null) {",
                    DIRECTORY_TEST),
            bug(
                    "link takes a welcome on another lane",
                    FRAME + "LinkHandshake.java",
                    "        if (other.point().lane() != own.point().lane()) {\n",
                    "        if (other.point().lane() == null) {\n",
                    HANDSHAKE_TEST),
            bug(
                    "link refuses a node that wants a lane of a later version",
                    FRAME + "WireLanes.java",
                    "            if ((bits & (1 << number(lane))) != 0) {\n",
                    "            if (bits >> NUMBERED.size() != 0 || (bits & (1 << number(lane))) != 0) {\n",
                    HANDSHAKE_TEST),
            bug(
                    "heartbeats of quiet links never leave together",
                    FRAME + "LinkLiveness.java",
                    "nowNs - writtenNs >= heartbeatNs - heartbeatNs / EARLY_PART",
                    "nowNs - writtenNs >= heartbeatNs",
                    HANDSHAKE_TEST),
            bug(
                    "circuit of a link opens a failure late",
                    SESSION + "LinkFlow.java",
                    "failuresInARow < failures)",
                    "failuresInARow <= failures)",
                    FLOW_TEST),
            bug(
                    "circuit of a link stays open although frames arrive",
                    SESSION + "LinkFlow.java",
                    "        circuit = Circuit.CLOSED;\n        return closes;\n",
                    "        return closes;\n",
                    FLOW_TEST),
            bug(
                    "room in the ring of a link is told to nobody",
                    SESSION + "LinkFlow.java",
                    "        return first;\n",
                    "        return false;\n",
                    FLOW_TEST),
            bug(
                    "link that stands still is never given up",
                    SESSION + "LinkFlow.java",
                    "        if (refused && !full) {\n",
                    "        if (refused && full) {\n",
                    FLOW_TEST),
            bug(
                    "voter starts without the log it had",
                    METADATA + "formation/ClusterFile.java",
                    "        checkLogs();\n",
                    "",
                    "metadata.internal.formation.ClusterFileTest"),
            bug(
                    "mark of a voter's log believes a torn slot",
                    METADATA + "ratis/AppliedMark.java",
                    "return slot.getInt(Long.BYTES) == checksum() ? ",
                    "return slot.getInt(Long.BYTES) != 0 ? ",
                    "metadata.internal.ratis.AppliedMarkTest"),
            bug(
                    "mark of a voter's log is always written to one slot",
                    METADATA + "ratis/AppliedMark.java",
                    "            next = 1 - next;\n",
                    "",
                    "metadata.internal.ratis.AppliedMarkTest"),
            bug(
                    "view reads what was written behind it",
                    METADATA + "state/Newest.java",
                    "revisionOf.applyAsLong(newest) <= revision ? newest : null",
                    "revisionOf.applyAsLong(newest) <= revision + 1 ? newest : null",
                    "metadata.internal.state.NewestTest"));

    private MutantsOfLinks() {}
}
