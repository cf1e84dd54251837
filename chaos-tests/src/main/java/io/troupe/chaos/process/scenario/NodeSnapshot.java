package io.troupe.chaos.process.scenario;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import com.sun.management.UnixOperatingSystemMXBean;
import io.troupe.actors.ClusterActorSystem;
import io.troupe.chaos.check.Event;
import io.troupe.chaos.check.HistoryFile;
import io.troupe.chaos.check.HistoryWriter;
import io.troupe.chaos.process.HarnessException;
import io.troupe.chaos.process.NodeProcess;
import io.troupe.cluster.Cluster;
import io.troupe.cluster.Lookup;

/**
 * What a node says about itself when it is asked: its shard map, or its resources. It writes events to a file, and says
 * on its output that they are there.
 */
final class NodeSnapshot {
    /** Followed by a number, what is wanted, and the file. */
    static final String REQUEST = "snapshot";

    private static final String MAP = "map";
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private NodeSnapshot() {}

    /** {@return the node's shard map} */
    static List<Event> map(NodeProcess node, Path directory, int round) {
        return ask(node, directory, round, MAP);
    }

    /** {@return what the process holds now} */
    static List<Event> resources(NodeProcess node, Path directory, Event.Phase phase) {
        return ask(node, directory, 0, phase.name().toLowerCase(Locale.ROOT));
    }

    private static List<Event> ask(NodeProcess node, Path directory, int round, String what) {
        Path file = directory.resolve("snapshot-" + what + "-" + round);
        node.command(REQUEST + " " + round + " " + what + " " + file, done(round, what), LIMIT);
        try {
            List<Event> events = HistoryFile.read(file).events();
            Files.delete(file);
            return events;
        } catch (IOException e) {
            throw new HarnessException("the snapshot of node " + node.nodeId() + ": " + e.getMessage(), e);
        }
    }

    private static String done(int round, String what) {
        return "SNAPSHOT " + what + " " + round;
    }

    static boolean isRequest(String line) {
        return line.startsWith(REQUEST + " ");
    }

    /** Inside the node: {@return the line to print} */
    static String answer(String line, ClusterActorSystem system) throws IOException {
        String[] words = line.split(" ", 4);
        int round = Integer.parseInt(words[1]);
        try (HistoryWriter out = new HistoryWriter(Path.of(words[3]))) {
            if (words[2].equals(MAP)) {
                writeMap(system, round, out);
            } else {
                out.write(resources(system.nodeId(), Event.Phase.valueOf(words[2].toUpperCase(Locale.ROOT))));
            }
        }
        return done(round, words[2]);
    }

    private static void writeMap(ClusterActorSystem system, int round, HistoryWriter out) throws IOException {
        Cluster cluster = system.cluster();
        out.write(new Event.Alive(round, system.nodeId()));
        for (int shard = 0; shard < cluster.config().shards(); shard++) {

            out.write(new Event.View(
                    round, system.nodeId(), "default", shard, cluster.owner(shard), epoch(cluster.whereIs(shard))));
        }
    }

    private static long epoch(Lookup found) {
        if (found instanceof Lookup.Hosted hosted) {
            return hosted.epoch();
        }
        return found instanceof Lookup.Moving moving ? moving.epoch() : 0;
    }

    /** A process is counted under its own name: the next process of the node starts from nothing. */
    private static Event.Resources resources(String nodeId, Event.Phase phase) {
        ManagementFactory.getMemoryMXBean().gc();
        long files = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? unix.getOpenFileDescriptorCount()
                : 0;
        return new Event.Resources(
                nodeId + "/" + ProcessHandle.current().pid(),
                phase,
                ManagementFactory.getThreadMXBean().getThreadCount(),
                files,
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
    }
}
