package io.troupe.transport.internal.tcp;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.troupe.transport.TransportConfig;
import io.troupe.transport.internal.frame.Hello;
import org.agrona.concurrent.IdleStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty cycle: read what came, run commands, write what is waiting, look at the timers, and sleep in the selector
 * when there was nothing to do. One thread drives every link of a node, or those of one lane.
 */
final class TransportAgent implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);
    private static final long FLUSH_NS = 500_000_000L;

    /** How late a timer may be while there is work without end. */
    private static final long BUSY_TICK_NS = 10_000_000L;

    private static final long NS_PER_MS = 1_000_000L;
    private static final long LONGEST_SLEEP_NS = 1_000_000_000L;
    private static final int MAX_GRACE_POLLS = 100;
    private static final long GRACE_NS = 10_000L;

    /** Frames closer together than this are a stream. About what a write takes. */
    private static final long LEND_PAUSE_NS = 10_000L;

    private static final long STREAM_NS = 1_000_000L;

    private final TransportConfig config;
    private final Selector selector;
    private final Listeners listeners;
    private final Links links;
    private final TlsWires wires;
    private final Dialler dialler;
    private final Acceptor acceptor;
    private final Addresses addresses;
    private final GuardedHandler handler;
    private final Counts counts;
    private final OtherAgents others;
    private final WakeUp wakeUp;
    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Consumer<SelectionKey> onReady = this::onReady;
    private final long spinNs;

    private volatile boolean running = true;
    private boolean closing;

    /** Whether {@link #invoke} was called. */
    private boolean begun;

    private long closeDeadlineNs;
    private long nextTickNs = System.nanoTime();

    /** When what the agent owns was borrowed last, and until when it is not to be, for frames came as a stream. */
    private long lentNs = System.nanoTime();

    private long lendAgainNs = lentNs;

    TransportAgent(
            TransportConfig config,
            Selector selector,
            Listeners listeners,
            Links links,
            GuardedHandler handler,
            Counts counts,
            OtherAgents others) {
        this.config = config;
        this.selector = selector;
        this.listeners = listeners;
        this.links = links;
        this.handler = handler;
        this.counts = counts;
        this.others = others;
        this.wakeUp = new WakeUp(selector::wakeup);
        this.wires = new TlsWires(config, this::execute, listeners.areFirst());
        this.dialler = new Dialler(config, links, listeners.directory(), selector, wires, this::execute);
        this.addresses = new Addresses(config, links);
        this.acceptor = new Acceptor(config, links, selector, wires, counts);
        this.spinNs = config.spin().toNanos();
    }

    boolean isRunning() {
        return running;
    }

    /** Any thread: runs a command on the agent. */
    void execute(Runnable command) {
        commands.add(command);
        wakeUp.wake();
    }

    /** Any thread: another agent has accepted a connection for a lane of this one. */
    void handOver(Connection connection, Hello other) {
        Adoption adoption = new Adoption(this, connection, other);
        execute(adoption);
        if (!running && commands.remove(adoption)) {
            connection.close(false);
        }
    }

    /** The command that a connection has become on its way to another agent; who drops it closes that. */
    private record Adoption(TransportAgent agent, Connection connection, Hello other) implements Runnable {
        @Override
        public void run() {
            agent.acceptor.adopt(connection, other, agent.closing);
        }
    }

    /**
     * Any thread: a frame was committed for a node. If the agent sleeps, it is written here and now: two threads less
     * to be woken on the way of a question and its answer. Frames that follow each other at once are for the agent,
     * which writes many of them with one system call.
     */
    void afterCommit(NodeLink link) {
        if (wakeUp.borrow()) {
            lend(link);
        }
    }

    private void lend(NodeLink link) {
        boolean done = false;
        try {
            done = writeFor(link);
        } catch (Throwable defect) { // the agent finds it, too
            LOG.error("node {}: writing to {} failed", config.nodeId(), link.nodeId, defect);
        } finally {
            wakeUp.giveBack(done);
        }
    }

    /** With what the agent owns. True if nothing is left for it to do. */
    private boolean writeFor(NodeLink link) {
        long nowNs = System.nanoTime();
        boolean stream = nowNs - lentNs < LEND_PAUSE_NS;
        lentNs = nowNs;
        if (stream) {
            lendAgainNs = nowNs + STREAM_NS;
        }
        // The JDK closes the channel of an interrupted thread.
        if (nowNs - lendAgainNs < 0 || Thread.currentThread().isInterrupted()) {
            return false;
        }
        Connection active = link.active();
        return active == null || active.writeForAgent(nowNs);
    }

    Addresses addresses() {
        return addresses;
    }

    /** Starts the end: flush, tell the other ends, wait for theirs, but not for long. */
    void beginClose() {
        if (closing) {
            return;
        }
        closing = true;
        closeDeadlineNs = System.nanoTime() + FLUSH_NS;
        handler.silence();
        listeners.close();
        for (NodeLink link : links.all()) {
            link.address = null;
            link.open(false);
        }
        for (Connection connection : List.copyOf(links.connections())) {
            // A refusal still leaves: it may be the reason why this node closes, and the other end is to know it.
            if (!connection.isActive() && !connection.isRefused()) {
                links.onLost(connection, "this node closes");
            }
        }
    }

    @Override
    public void run() {
        try {
            listeners.register(selector);
            Supplier<? extends IdleStrategy> strategies = config.idleStrategy();
            IdleStrategy strategy = strategies == null ? null : strategies.get();
            Spinners.onStart(config, strategy);
            try {
                if (strategy == null) {
                    sleepInSelector();
                } else {
                    idleAs(strategy);
                }
            } finally {
                Spinners.onEnd(config, strategy);
            }
        } catch (Throwable failure) {
            fail(failure);
        } finally {
            end();
        }
    }

    private void sleepInSelector() throws IOException {
        boolean idle = false;
        while (running) {
            idle = cycle(idle) == 0;
        }
    }

    private void idleAs(IdleStrategy strategy) throws IOException {
        while (running) {
            int work = cycle(false);
            Thread.interrupted(); // a handler may have set it: nothing would sleep any more
            strategy.idle(work);
        }
    }

    /** One cycle, in the place of {@link #run}; by one thread at a time. Returns how much was done. */
    int invoke() {
        if (!running) {
            return 0;
        }
        int work = 0;
        try {
            if (!begun) {
                begun = true;
                listeners.register(selector);
            }
            work = cycle(false);
        } catch (Throwable failure) {
            fail(failure);
            running = false;
        }
        if (!running) {
            end();
        }
        return work;
    }

    private void fail(Throwable failure) {
        LOG.error("node {}: the transport agent failed; every link is closed", config.nodeId(), failure);
        others.onFailed();
    }

    private void end() {
        running = false;
        wakeUp.resume();
        for (Connection connection : List.copyOf(links.connections())) {
            links.onLost(connection, "this node closes");
        }
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            if (command instanceof Adoption late) {
                late.connection.close(false);
            }
        }
        wires.close();
        listeners.close();
        // Only now are the descriptors of the channels closed above given back.
        PortListener.closeQuietly(selector);
    }

    private int cycle(boolean idle) throws IOException {
        int work = idle ? await() : selector.selectNow(onReady);
        Runnable command = commands.poll();
        if (command != null) {
            command.run();
            work++;
        }
        long nowNs = System.nanoTime();
        List<Connection> connections = links.connections();
        for (int i = 0; i < connections.size(); i++) {
            work += write(connections.get(i), nowNs);
        }
        if (nowNs - nextTickNs >= 0) {
            tick(nowNs);
        }
        if (closing) {
            finish(nowNs);
        }
        return work;
    }

    private int write(Connection connection, long nowNs) {
        try {
            return connection.write(nowNs);
        } catch (Throwable defect) {
            links.onDefect(connection, "writing to", defect);
            return 1;
        }
    }

    private void tick(long nowNs) {
        List<Connection> connections = links.connections();
        for (int i = 0; i < connections.size(); i++) {
            connections.get(i).tick(nowNs);
        }
        links.sweep();
        links.life().tick(nowNs);
        if (!closing) {
            dialler.tick(nowNs);
            wires.tick(nowNs);
            listeners.tick(nowNs);
        }
        nextTickNs = Math.min(deadlineNs(nowNs) - nowNs, BUSY_TICK_NS) + nowNs;
    }

    /** The earliest time at which {@link #tick} has something to do. */
    private long deadlineNs(long nowNs) {
        long waitNs = closing ? Math.max(0, closeDeadlineNs - nowNs) : LONGEST_SLEEP_NS;
        List<Connection> connections = links.connections();
        for (int i = 0; i < connections.size(); i++) {
            waitNs = Math.min(waitNs, connections.get(i).deadlineNs() - nowNs);
        }
        waitNs = Math.min(waitNs, Math.min(listeners.waitNs(nowNs), links.life().waitNs(nowNs)));
        return nowNs + Math.min(waitNs, Math.min(dialler.waitNs(nowNs), wires.waitNs(nowNs)));
    }

    /** Nothing was to be done in the last cycle: wait for a socket, a producer or a timer. */
    private int await() throws IOException {
        long nowNs = System.nanoTime();
        if (spinNs > 0) {
            int ready = spin(nowNs);
            if (ready > 0 || hasWork()) {
                return ready;
            }
            nowNs = System.nanoTime();
        }
        nextTickNs = deadlineNs(nowNs);
        long waitNs = nextTickNs - nowNs;
        wakeUp.announce();
        if (waitNs <= 0 || hasWork()) {
            wakeUp.resume();
            return selector.selectNow(onReady);
        }
        // A handler that interrupted its own thread must not turn every sleep into a poll, nor close the channels.
        Thread.interrupted();
        int ready = selector.select(onReady, (waitNs + NS_PER_MS - 1) / NS_PER_MS);
        if (ready == 0) {
            watch();
        }
        wakeUp.resume();
        return ready;
    }

    private int spin(long fromNs) throws IOException {
        int ready;
        do {
            ready = selector.selectNow(onReady);
        } while (ready == 0 && !hasWork() && System.nanoTime() - fromNs < spinNs);
        return ready;
    }

    /**
     * Woken by the timer with frames waiting: either their producer is about to wake us this very moment, or a wake-up
     * was lost. Counted, for the second must never happen.
     */
    private void watch() {
        for (int i = 0; i < MAX_GRACE_POLLS; i++) {
            if (wakeUp.noticed() || !hasWork()) {
                return;
            }
            LockSupport.parkNanos(GRACE_NS);
        }
        counts.lateWakeUps.incrementAndGet();
    }

    private boolean hasWork() {
        if (!commands.isEmpty()) {
            return true;
        }
        List<Connection> connections = links.connections();
        for (int i = 0; i < connections.size(); i++) {
            if (connections.get(i).isSendable()) {
                return true;
            }
        }
        return false;
    }

    private void finish(long nowNs) {
        List<Connection> connections = links.connections();
        boolean quiet = true;
        for (int i = 0; i < connections.size(); i++) {
            Connection connection = connections.get(i);
            if (connection.isFlushed()) {
                connection.leave();
            }
            // Waits for the other end to close too: a close with unread bytes would reset what is still under way.
            quiet &= connection.isClosed();
        }
        if (quiet || nowNs - closeDeadlineNs >= 0) {
            running = false;
        }
    }

    private void onReady(SelectionKey key) {
        wakeUp.resume(); // the selector calls from within its sleep
        Object owner = key.attachment();
        if (!key.isValid()) {
            return;
        }
        if (owner instanceof PortListener port) {
            port.accept(acceptor, config.nodeId());
        } else if (owner instanceof Connection connection) {
            try {
                onReady(connection, key);
            } catch (Throwable defect) {
                links.onDefect(connection, "reading from", defect);
            }
        }
    }

    private void onReady(Connection connection, SelectionKey key) {
        int ready = key.readyOps();
        if ((ready & SelectionKey.OP_CONNECT) != 0) {
            dialler.onConnectable(connection);
            return;
        }
        if ((ready & SelectionKey.OP_WRITE) != 0) {
            connection.onWritable();
        }
        if ((ready & SelectionKey.OP_READ) != 0) {
            connection.read(System.nanoTime());
        }
    }
}
