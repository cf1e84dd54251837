package io.troupe.demo;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.troupe.demo.input.BadInputException;
import org.jspecify.annotations.Nullable;

/**
 * How the launcher starts one node.
 *
 * @param nodeId        this node
 * @param clusterName   the name all nodes share
 * @param seeds         the seed list, the same on every node
 * @param dataDir       where the node keeps its log
 * @param temporaryRoot deleted by the node when its launcher is gone; null to keep everything
 */
record NodeArguments(
        String nodeId,
        String clusterName,
        List<Seed> seeds,
        Path dataDir,
        @Nullable Path temporaryRoot) {
    private static final String ID = "--id";
    private static final String CLUSTER = "--cluster";
    private static final String SEEDS = "--seeds";
    private static final String DATA_DIR = "--data-dir";
    private static final String TEMPORARY_ROOT = "--temporary-root";
    private static final List<String> ALL = List.of(ID, CLUSTER, SEEDS, DATA_DIR, TEMPORARY_ROOT);

    List<String> format() {
        List<String> words = new ArrayList<>(
                List.of(ID, nodeId, CLUSTER, clusterName, SEEDS, Seed.format(seeds), DATA_DIR, dataDir.toString()));
        if (temporaryRoot != null) {
            words.addAll(List.of(TEMPORARY_ROOT, temporaryRoot.toString()));
        }
        return words;
    }

    static NodeArguments parse(String... words) {
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            if (!ALL.contains(words[i])) {
                throw new BadInputException(
                        "unknown option '" + words[i] + "': a node takes " + String.join(", ", ALL));
            }
            if (i + 1 == words.length) {
                throw new BadInputException("option " + words[i] + " needs a value");
            }
            values.put(words[i], words[i + 1]);
        }
        String root = values.get(TEMPORARY_ROOT);
        return new NodeArguments(
                required(values, ID),
                required(values, CLUSTER),
                Seed.parseAll(required(values, SEEDS)),
                Path.of(required(values, DATA_DIR)),
                root == null ? null : Path.of(root));
    }

    private static String required(Map<String, String> values, String option) {
        String value = values.get(option);
        if (value == null) {
            throw new BadInputException("option " + option + " is missing: a node needs " + ID + ", " + CLUSTER + ", "
                    + SEEDS + " and " + DATA_DIR);
        }
        return value;
    }
}
