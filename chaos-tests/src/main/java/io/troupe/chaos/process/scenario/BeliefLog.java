package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

import io.troupe.chaos.check.Event;

/**
 * When a node believed that it may run an entity, one instant a line. Every line is in the file before the handler goes
 * on, so that a SIGKILL takes none away.
 */
interface BeliefLog {
    /** For a node that runs no entity. */
    BeliefLog NONE = (entity, epoch, nanos) -> {};

    void note(String entity, long epoch, long nanos);

    static BeliefLog in(Path file) throws IOException {
        Writer out = Files.newBufferedWriter(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return (entity, epoch, nanos) -> {
            synchronized (out) {
                try {
                    out.write(entity + " " + epoch + " " + nanos + "\n");
                    out.flush();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }

    /**
     * {@return the instants of one node as ownerships} An ownership lasts at least from the first to the last instant
     * of its epoch; a torn last line is no instant.
     */
    static List<Event.Ownership> read(String nodeId, Path file, ToIntFunction<String> shardOf) throws IOException {
        if (Files.notExists(file)) {
            return List.of();
        }
        record Key(int shard, long epoch) {}
        Map<Key, long[]> spans = new LinkedHashMap<>();
        String text = Files.readString(file);
        text.substring(0, text.lastIndexOf('\n') + 1).lines().forEach(line -> {
            String[] words = line.split(" ", -1);
            long nanos = Long.parseLong(words[2]);
            long[] span = spans.computeIfAbsent(
                    new Key(shardOf.applyAsInt(words[0]), Long.parseLong(words[1])), key -> new long[] {nanos, nanos});
            span[0] = Math.min(span[0], nanos);
            span[1] = Math.max(span[1], nanos);
        });
        List<Event.Ownership> ownerships = new ArrayList<>();
        spans.forEach((key, span) ->
                ownerships.add(new Event.Ownership(nodeId, "default", key.shard(), key.epoch(), span[0], span[1])));
        return ownerships;
    }
}
