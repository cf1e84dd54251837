package io.troupe.demo;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import io.troupe.demo.input.BadInputException;

/**
 * One entry of the static seed list, as a word on a command line: {@code n1=127.0.0.1:7701:7801}.
 *
 * @param nodeId        the node
 * @param host          its host
 * @param messagingPort where it takes messages
 * @param raftPort      where its Raft server listens
 */
record Seed(String nodeId, String host, int messagingPort, int raftPort) {
    @Override
    public String toString() {
        return nodeId + "=" + host + ":" + messagingPort + ":" + raftPort;
    }

    static String format(List<Seed> seeds) {
        return seeds.stream().map(Seed::toString).collect(Collectors.joining(","));
    }

    static List<Seed> parseAll(String text) {
        return Arrays.stream(text.split(",", -1)).map(Seed::parse).toList();
    }

    private static Seed parse(String text) {
        String[] parts = text.split("[=:]", -1);
        try {
            if (parts.length == 4) {
                return new Seed(parts[0], parts[1], Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
            }
        } catch (NumberFormatException notAPort) {
            // Falls through to the one message for every malformed entry.
        }
        throw new BadInputException("seed '" + text + "' must look like n1=127.0.0.1:7701:7801"
                + " (node id, host, messaging port, Raft port)");
    }
}
