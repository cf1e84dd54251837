package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.troupe.transport.Lane;
import io.troupe.transport.ThreadingMode;
import io.troupe.transport.TransportConfig;
import io.troupe.transport.TransportException;
import io.troupe.transport.internal.frame.Hello;
import org.jspecify.annotations.Nullable;

/**
 * The agents of one node, and which lanes each of them drives: one for all, or one for each lane that the node wants.
 * The first one has the port. What it accepts for a lane of another one goes over to that one as soon as the handshake
 * has told the lane; everything else that an agent owns stays its own. Lanes that only the other end of a link wants
 * are the first one's; each agent drives one that this node wants, and so hears from every node which ones that wants.
 * Any thread.
 */
final class Agents implements OtherAgents {
    private final TransportConfig config;
    private final GuardedHandler handler;
    private final Counts counts;
    private final Map<Lane, Links> links = new EnumMap<>(Lane.class);

    /** In the order of the lanes; the first one has the port. */
    private final List<Links> distinct = new ArrayList<>();

    private volatile @Nullable Started started;

    /** What exists from the start on. */
    private record Started(
            Map<Lane, TransportAgent> byLane,
            List<TransportAgent> all,
            List<Thread> threads,
            @Nullable Invoker invoker,
            int port) {}

    Agents(TransportConfig config, long incarnation, GuardedHandler handler, Counts counts) {
        this.config = config;
        this.handler = handler;
        this.counts = counts;
        for (Set<Lane> lanes : parts(config)) {
            Links made = new Links(config, lanes, incarnation, handler, counts, this);
            distinct.add(made);
            lanes.forEach(lane -> links.put(lane, made));
        }
    }

    /** The lanes of each agent. */
    private static List<Set<Lane>> parts(TransportConfig config) {
        if (config.threadingMode() != ThreadingMode.DEDICATED) {
            return List.of(EnumSet.allOf(Lane.class));
        }
        List<Set<Lane>> parts = new ArrayList<>();
        for (Lane lane : EnumSet.copyOf(config.lanes())) {
            parts.add(EnumSet.of(lane));
        }
        parts.get(0).addAll(EnumSet.complementOf(EnumSet.copyOf(config.lanes())));
        return parts;
    }

    /** {@return the links of a lane, before the start, too} */
    Links links(Lane lane) {
        Links found = links.get(lane);
        if (found == null) {
            throw new IllegalStateException("no agent drives " + lane);
        }
        return found;
    }

    /**
     * Opens what the agents listen on and wait in, and starts their threads.
     *
     * @throws TransportException if something cannot be opened; then nothing is
     */
    void start() {
        Listeners listeners = Listeners.open(config);
        List<TransportAgent> all = new ArrayList<>();
        Map<Lane, TransportAgent> byLane = new EnumMap<>(Lane.class);
        for (Selector selector : selectors(listeners)) {
            Links own = distinct.get(all.size());
            Listeners mine = all.isEmpty() ? listeners : listeners.forFurtherAgent();
            TransportAgent agent = new TransportAgent(config, selector, mine, own, handler, counts, this);
            config.nodes().forEach(agent.addresses()::set);
            all.add(agent);
            links.forEach((lane, its) -> {
                if (its == own) {
                    byLane.put(lane, agent);
                }
            });
        }
        boolean invoked = config.threadingMode() == ThreadingMode.INVOKER;
        List<Thread> threads = invoked ? List.of() : threads(all);
        started = new Started(byLane, all, threads, invoked ? new Invoker(all.get(0)) : null, listeners.port());
        threads.forEach(Thread::start);
    }

    private List<Selector> selectors(Listeners listeners) {
        List<Selector> selectors = new ArrayList<>();
        try {
            while (selectors.size() < distinct.size()) {
                selectors.add(Selector.open());
            }
            return selectors;
        } catch (IOException failure) {
            selectors.forEach(PortListener::closeQuietly);
            listeners.close();
            throw new TransportException(
                    TransportException.Code.BAD_CONFIG,
                    "no selector can be opened (" + failure.getMessage() + "): raise the limit of open files",
                    failure);
        }
    }

    private List<Thread> threads(List<TransportAgent> all) {
        List<Thread> threads = new ArrayList<>();
        List<Lane> lanes = List.copyOf(EnumSet.copyOf(config.lanes()));
        for (TransportAgent agent : all) {
            String lane = all.size() == 1
                    ? ""
                    : "-" + lanes.get(threads.size()).name().toLowerCase(Locale.ROOT);
            Thread thread = new Thread(agent, "troupe-" + config.nodeId() + "-transport" + lane);
            thread.setDaemon(true);
            threads.add(thread);
        }
        return List.copyOf(threads);
    }

    boolean areStarted() {
        return started != null;
    }

    /** {@return the port, 0 before the start and if this node does not listen} */
    int port() {
        Started now = started;
        return now == null ? 0 : now.port;
    }

    /** {@return the agent that drives a lane; null before the start, and once it has ended} */
    @Nullable
    TransportAgent running(Lane lane) {
        Started now = started;
        TransportAgent agent = now == null ? null : now.byLane.get(lane);
        return agent != null && agent.isRunning() ? agent : null;
    }

    /** {@return who makes the duty cycles; null before the start, and if the agents have threads} */
    @Nullable
    Invoker invoker() {
        Started now = started;
        return now == null ? null : now.invoker;
    }

    /** Runs a command on every agent; false before the start. */
    boolean onEach(Consumer<TransportAgent> command) {
        Started now = started;
        if (now == null) {
            return false;
        }
        for (TransportAgent agent : now.all) {
            agent.execute(() -> command.accept(agent));
        }
        return true;
    }

    /** True if all have ended within the time, or will: a handler that closes is waited for by nobody. */
    boolean awaitEnd(long waitMillis) {
        Started now = started;
        if (now == null || now.threads.contains(Thread.currentThread())) {
            return true;
        }
        long startNs = System.nanoTime();
        try {
            for (Thread thread : now.threads) {
                long passedMillis = (System.nanoTime() - startNs) / 1_000_000L;
                thread.join(Math.max(1, waitMillis - passedMillis));
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        return now.threads.stream().noneMatch(Thread::isAlive);
    }

    @Override
    public void handOver(Connection connection, Hello other) {
        TransportAgent agent = running(other.point().lane());
        if (agent == null) {
            connection.close(false);
        } else {
            agent.handOver(connection, other);
        }
    }

    @Override
    public void onFailed() {
        if (distinct.size() > 1) {
            onEach(TransportAgent::beginClose);
        }
    }
}
