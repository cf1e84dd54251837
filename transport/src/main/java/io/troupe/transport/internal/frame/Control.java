package io.troupe.transport.internal.frame;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

import io.troupe.transport.Buffers;
import io.troupe.transport.Lane;
import io.troupe.transport.TransportConfig;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

/** The frames that the transport sends for itself, and their bytes. */
public final class Control {
    /** The dialling node says who it is. */
    public static final int HELLO = 1;

    /** The accepting node says who it is: the link is up. */
    public static final int WELCOME = 2;

    /** The accepting node says why not. */
    public static final int REFUSE = 3;

    /** Alive, and how far it has received. */
    public static final int HEARTBEAT = 4;

    /** The accepting node proves that it knows the secret, and wants the dialling one to. */
    public static final int CHALLENGE = 5;

    /** The dialling node proves it. */
    public static final int PROOF = 6;

    /** Nothing follows, and the session is over. */
    public static final int GOODBYE = 7;

    /** The longest body of a frame before the handshake is done. */
    public static final int MAX_HANDSHAKE_BODY = 1024 + TransportConfig.MAX_IDENTITY_BYTES;

    private static final int MAGIC = 0x50555254;
    private static final int FIXED_LENGTH = 4 + 4 + 8 + Nonce.LENGTH;

    /** Of HMAC-SHA256, in bytes. */
    private static final int PROOF_LENGTH = 32;

    private Control() {}

    /**
     * Writes a heartbeat.
     *
     * @param target   where to
     * @param index    its first byte
     * @param position the bytes of frames received in this session
     * @return the bytes written
     */
    public static int putHeartbeat(MutableDirectBuffer target, int index, long position) {
        int body = index + FrameLayout.HEADER_LENGTH;
        target.putLong(body, position, LITTLE_ENDIAN);
        return complete(target, index, HEARTBEAT, body + Long.BYTES);
    }

    /**
     * Reads a heartbeat.
     *
     * @param buffer holds its body
     * @param offset where the body starts
     * @param length how long it is
     * @return the bytes of frames that the other end has received in this session
     * @throws FramingException if it is none
     */
    public static long heartbeat(DirectBuffer buffer, int offset, int length) throws FramingException {
        if (length != Long.BYTES) {
            throw new FramingException("a heartbeat of " + length + " bytes, not " + Long.BYTES);
        }
        return buffer.getLong(offset, LITTLE_ENDIAN);
    }

    /**
     * Writes a goodbye.
     *
     * @param target where to
     * @param index  its first byte
     * @return the bytes written
     */
    public static int putGoodbye(MutableDirectBuffer target, int index) {
        return complete(target, index, GOODBYE, index + FrameLayout.HEADER_LENGTH);
    }

    /**
     * Writes a hello or a welcome.
     *
     * @param target where to
     * @param index  its first byte
     * @param type   {@link #HELLO} or {@link #WELCOME}
     * @param hello  what to say
     * @return the bytes written
     */
    public static int putHello(MutableDirectBuffer target, int index, int type, Hello hello) {
        int end = putHelloBody(target, index + FrameLayout.HEADER_LENGTH, hello);
        return complete(target, index, type, end);
    }

    /**
     * Writes a refusal.
     *
     * @param target where to
     * @param index  its first byte
     * @param own    who refuses
     * @param code   why
     * @return the bytes written
     */
    public static int putRefusal(MutableDirectBuffer target, int index, Hello own, RefusalCode code) {
        int body = index + FrameLayout.HEADER_LENGTH;
        target.putByte(body, (byte) code.wire());
        return complete(target, index, REFUSE, putHelloBody(target, body + 1, own));
    }

    /**
     * Writes a challenge.
     *
     * @param target where to
     * @param index  its first byte
     * @param own    who accepts
     * @param proof  that it knows the secret
     * @return the bytes written
     */
    public static int putChallenge(MutableDirectBuffer target, int index, Hello own, byte[] proof) {
        int body = index + FrameLayout.HEADER_LENGTH;
        target.putBytes(body, proof);
        return complete(target, index, CHALLENGE, putHelloBody(target, body + proof.length, own));
    }

    /**
     * Writes a proof.
     *
     * @param target where to
     * @param index  its first byte
     * @param proof  that this node knows the secret
     * @return the bytes written
     */
    public static int putProof(MutableDirectBuffer target, int index, byte[] proof) {
        int body = index + FrameLayout.HEADER_LENGTH;
        target.putBytes(body, proof);
        return complete(target, index, PROOF, body + proof.length);
    }

    /** Who wants a proof, and its own. */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record Challenge(Hello by, byte[] proof) {}

    static Challenge challenge(DirectBuffer buffer, int offset, int length) throws FramingException {
        byte[] proof = proof(buffer, offset, Math.min(length, PROOF_LENGTH));
        return new Challenge(new Cursor(buffer, offset + PROOF_LENGTH, offset + length).hello(), proof);
    }

    static byte[] proof(DirectBuffer buffer, int offset, int length) throws FramingException {
        if (length != PROOF_LENGTH) {
            throw new FramingException("a proof of " + length + " bytes, not " + PROOF_LENGTH);
        }
        byte[] proof = new byte[PROOF_LENGTH];
        buffer.getBytes(offset, proof);
        return proof;
    }

    /** All that a hello says, as bytes: what proofs are about. */
    static byte[] bytes(Hello hello) {
        byte[] bytes = new byte[MAX_HANDSHAKE_BODY];
        return Arrays.copyOf(bytes, putHelloBody(Buffers.of(bytes), 0, hello));
    }

    /** Who refused, and why. */
    record Refusal(Hello by, RefusalCode code) {}

    static Hello hello(DirectBuffer buffer, int offset, int length) throws FramingException {
        return new Cursor(buffer, offset, offset + length).hello();
    }

    static Refusal refusal(DirectBuffer buffer, int offset, int length) throws FramingException {
        if (length < 1) {
            throw new FramingException("a refusal without a reason");
        }
        RefusalCode code = RefusalCode.of(buffer.getByte(offset) & 0xFF);
        return new Refusal(new Cursor(buffer, offset + 1, offset + length).hello(), code);
    }

    private static int complete(MutableDirectBuffer target, int index, int type, int end) {
        int bodyLength = end - index - FrameLayout.HEADER_LENGTH;
        FrameLayout.putHeader(target, index, FrameLayout.VERSION | FrameLayout.CONTROL, type, bodyLength);
        return FrameLayout.wireLength(bodyLength);
    }

    private static int putHelloBody(MutableDirectBuffer target, int index, Hello hello) {
        target.putInt(index, MAGIC, LITTLE_ENDIAN);
        target.putInt(index + 4, hello.protocol(), LITTLE_ENDIAN);
        target.putLong(index + 8, hello.incarnation(), LITTLE_ENDIAN);
        hello.nonce().put(target, index + 16);
        int end = putText(target, index + FIXED_LENGTH, hello.nodeId());
        end = putText(target, end, hello.to());
        end = putText(target, end, hello.identity());
        SessionPoint point = hello.point();
        target.putByte(end, (byte) WireLanes.number(point.lane()));
        target.putByte(end + 1, (byte) WireLanes.bits(point.lanes()));
        target.putLong(end + 2, point.session(), LITTLE_ENDIAN);
        target.putLong(end + 10, point.position(), LITTLE_ENDIAN);
        target.putInt(end + 18, point.ackEvery(), LITTLE_ENDIAN);
        target.putInt(end + 22, point.maxFrameLength(), LITTLE_ENDIAN);
        return end + SessionPoint.LENGTH;
    }

    private static int putText(MutableDirectBuffer target, int index, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        target.putShort(index, (short) bytes.length, LITTLE_ENDIAN);
        target.putBytes(index + 2, bytes);
        return index + 2 + bytes.length;
    }

    /** Reads a handshake body; every length is checked against what is there before it is used. */
    private static final class Cursor {
        private final DirectBuffer buffer;
        private final int end;
        private int index;

        Cursor(DirectBuffer buffer, int index, int end) {
            this.buffer = buffer;
            this.index = index;
            this.end = end;
        }

        Hello hello() throws FramingException {
            if (end - index < FIXED_LENGTH || buffer.getInt(index, LITTLE_ENDIAN) != MAGIC) {
                throw new FramingException("not the handshake of a Troupe node");
            }
            int protocol = buffer.getInt(index + 4, LITTLE_ENDIAN);
            long incarnation = buffer.getLong(index + 8, LITTLE_ENDIAN);
            Nonce nonce = Nonce.at(buffer, index + 16);
            index += FIXED_LENGTH;
            String nodeId = text(TransportConfig.MAX_NODE_ID_BYTES);
            String to = text(TransportConfig.MAX_NODE_ID_BYTES);
            String identity = text(TransportConfig.MAX_IDENTITY_BYTES);
            SessionPoint point = protocol == Hello.PROTOCOL ? point() : SessionPoint.NONE;
            // What follows in another version is not ours to judge: it is refused for its version.
            if (nodeId.isBlank() || (protocol == Hello.PROTOCOL && index != end)) {
                throw new FramingException("a handshake of the wrong length or without a node id");
            }
            return new Hello(protocol, incarnation, nodeId, to, identity, nonce, point);
        }

        private SessionPoint point() throws FramingException {
            if (end - index < SessionPoint.LENGTH) {
                throw new FramingException("a handshake that ends within its session");
            }
            Lane lane = WireLanes.lane(buffer.getByte(index));
            Set<Lane> lanes = WireLanes.lanes(buffer.getByte(index + 1));
            long session = buffer.getLong(index + 2, LITTLE_ENDIAN);
            long position = buffer.getLong(index + 10, LITTLE_ENDIAN);
            int ackEvery = buffer.getInt(index + 18, LITTLE_ENDIAN);
            int maxFrameLength = buffer.getInt(index + 22, LITTLE_ENDIAN);
            index += SessionPoint.LENGTH;
            if (position < 0 || ackEvery < 0 || maxFrameLength < 0) {
                throw new FramingException("a handshake at " + position + ", to be told after " + ackEvery
                        + " bytes, that takes messages of " + maxFrameLength);
            }
            return new SessionPoint(lane, lanes, session, position, ackEvery, maxFrameLength);
        }

        private String text(int maxBytes) throws FramingException {
            int length = end - index < 2 ? -1 : buffer.getShort(index, LITTLE_ENDIAN) & 0xFFFF;
            if (length < 0 || length > maxBytes || length > end - index - 2) {
                throw new FramingException("a text of " + length + " bytes does not fit its handshake");
            }
            byte[] bytes = new byte[length];
            buffer.getBytes(index + 2, bytes);
            index += 2 + length;
            try {
                // Strict: what stands for malformed bytes would be longer than they are where the text is written
                // again.
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
            } catch (CharacterCodingException malformed) {
                throw new FramingException("a text that is no UTF-8");
            }
        }
    }
}
