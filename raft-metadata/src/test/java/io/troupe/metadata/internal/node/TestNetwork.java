package io.troupe.metadata.internal.node;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

import io.troupe.metadata.spi.PeerChannel;
import org.jspecify.annotations.Nullable;

/** Connects the stores of one JVM; links can be cut. Messages arrive in order, on one thread per receiver. */
public final class TestNetwork implements AutoCloseable {
    private final Map<String, Port> ports = new ConcurrentHashMap<>();
    private final Set<String> cut = ConcurrentHashMap.newKeySet();

    /** A new channel of the node; an earlier one of the same node no longer receives. */
    public PeerChannel channel(String nodeId) {
        Port port = new Port(nodeId);
        Port old = ports.put(nodeId, port);
        if (old != null) {
            old.close();
        }
        return port;
    }

    /** The node is gone: nothing reaches it, nothing leaves it. */
    public void remove(String nodeId) {
        Port old = ports.remove(nodeId);
        if (old != null) {
            old.close();
        }
    }

    /** Cuts the link in both directions. */
    public void cut(String one, String other) {
        cut.add(one + ">" + other);
        cut.add(other + ">" + one);
    }

    public void heal() {
        cut.clear();
    }

    @Override
    public void close() {
        ports.keySet().forEach(this::remove);
    }

    private final class Port implements PeerChannel {
        private final String nodeId;
        private final ExecutorService thread;
        private volatile @Nullable Receiver receiver;
        private volatile boolean closed;

        Port(String nodeId) {
            this.nodeId = nodeId;
            thread = Executors.newSingleThreadExecutor(task -> {
                Thread made = new Thread(task, "test-network-" + nodeId);
                made.setDaemon(true);
                return made;
            });
        }

        @Override
        public boolean send(String to, byte[] message) {
            Port target = ports.get(to);
            if (message.length > MAX_MESSAGE_LENGTH) {
                throw new IllegalArgumentException("a message of " + message.length + " bytes");
            }
            return !closed && target != null && !cut.contains(nodeId + ">" + to) && target.receive(nodeId, message);
        }

        @Override
        public boolean isLinked(String to) {
            return !closed && ports.containsKey(to) && !cut.contains(nodeId + ">" + to);
        }

        @Override
        public void receiver(Receiver newReceiver) {
            receiver = newReceiver;
        }

        private boolean receive(String from, byte[] message) {
            Receiver to = receiver;
            if (to == null || closed) {
                return false;
            }
            try {
                thread.execute(() -> to.onMessage(from, message));
                return true;
            } catch (RejectedExecutionException e) {
                return false;
            }
        }

        void close() {
            closed = true;
            thread.shutdown();
        }
    }
}
