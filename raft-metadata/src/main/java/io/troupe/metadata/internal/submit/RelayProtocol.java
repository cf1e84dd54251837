package io.troupe.metadata.internal.submit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.codec.ByteWriter;
import io.troupe.metadata.internal.codec.CodecException;
import org.jspecify.annotations.Nullable;

/**
 * Carries what two nodes have to say to each other, while they have no link, over one voter that has a link to both: a
 * node that does not reach the leader itself keeps its lease as long as any voter does.
 *
 * <p>The sender asks one voter of the seed list, and stays with it until it is told that this one has no link either,
 * or loses its own to it. Who receives something answers over the voter it came by. A voter passes on at once or not at
 * all, and never what was passed on to it, so nothing goes in circles. Messages that went different ways may overtake
 * each other, and what is lost is not repeated here: the protocols above do both.
 *
 * <p>Invariant: nobody is the way to itself. Pure. Confined to the metadata thread.
 */
public final class RelayProtocol {
    /** Longest message that is passed on, in bytes: a submit with one transaction of the largest size. */
    static final int MAX_LENGTH = 2 << 20;

    /** Nodes to which a way is remembered; the one least recently learned is forgotten. */
    static final int MAX_WAYS = 1_024;

    private static final int PASS_ON = 1;
    private static final int PASSED_ON = 2;
    private static final int NO_WAY = 3;

    private final String nodeId;
    private final List<String> voters;
    private final Output output;

    /** By which voter a node without a link is reached. */
    private final Map<String, String> ways = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, String> eldest) {
            return size() > MAX_WAYS;
        }
    };

    /** How the protocol reaches the world. */
    public interface Output {
        /**
         * Whether there is a link to a node now.
         *
         * @param node the node
         * @return false if it cannot be sent anything
         */
        boolean isLinked(String node);

        /**
         * Sends a message of this protocol.
         *
         * @param to    a node with a link
         * @param bytes the message
         * @return false if it was dropped at once
         */
        boolean send(String to, byte[] bytes);

        /**
         * A message has arrived over another node.
         *
         * @param origin  who sent it
         * @param message the message
         */
        void deliver(String origin, ByteReader message);
    }

    /**
     * A protocol that knows no way.
     *
     * @param nodeId this node
     * @param voters the seed list
     * @param output sends and delivers
     */
    public RelayProtocol(String nodeId, List<String> voters, Output output) {
        this.nodeId = nodeId;
        this.voters = List.copyOf(voters);
        this.output = output;
    }

    /**
     * Sends a message to a node without a link.
     *
     * @param to      the node
     * @param message the message
     * @return false if it was dropped at once
     */
    public boolean send(String to, byte[] message) {
        String way = ways.get(to);
        if (way == null || !output.isLinked(way)) {
            way = after(way, to);
        }
        if (way == null || message.length > MAX_LENGTH) {
            ways.remove(to);
            return false;
        }
        ways.put(to, way);
        return output.send(way, encode(PASS_ON, to, message));
    }

    /** The next voter of the list that may be the way to a node, or null if there is none. */
    private @Nullable String after(@Nullable String voter, String to) {
        int begin = voter == null ? 0 : voters.indexOf(voter) + 1;
        for (int i = 0; i < voters.size(); i++) {
            String next = voters.get((begin + i) % voters.size());
            if (!next.equals(to) && !next.equals(nodeId) && output.isLinked(next)) {
                return next;
            }
        }
        return null;
    }

    /**
     * A message of this protocol has arrived.
     *
     * @param from    who sent it
     * @param message the message
     * @throws CodecException if it is none, or comes from a node that may not have sent it
     */
    public void onMessage(String from, ByteReader message) {
        int type = message.readByte();
        String node = message.readString();
        switch (type) {
            case PASS_ON -> passOn(from, node, message.readRaw(message.remaining()));
            case PASSED_ON -> {
                if (!voters.contains(from)) {
                    throw new CodecException("node " + from + " is no seed, and passes on a message of " + node);
                }
                if (!node.equals(nodeId)) {
                    ways.put(node, from);
                    output.deliver(node, message);
                }
            }
            case NO_WAY -> {
                if (from.equals(ways.get(node))) {
                    String next = after(from, node);
                    if (next == null) {
                        ways.remove(node);
                    } else {
                        ways.put(node, next);
                    }
                }
            }
            default -> throw new CodecException("a relay message of type " + type);
        }
    }

    private void passOn(String from, String to, byte[] message) {
        boolean sent = message.length <= MAX_LENGTH
                && output.isLinked(to)
                && output.send(to, encode(PASSED_ON, from, message));
        if (!sent && output.isLinked(from)) {
            output.send(from, encode(NO_WAY, to, new byte[0]));
        }
    }

    private static byte[] encode(int type, String node, byte[] message) {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(type);
        writer.writeString(node);
        writer.writeRaw(message);
        return writer.toByteArray();
    }
}
