package io.troupe.chaos.process;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;

import io.troupe.cluster.NodeAddress;

/**
 * The proxies of a cluster: one for each node that dials, each seed that it dials, and each plane. Safe for any thread.
 */
public final class ClusterLinks implements AutoCloseable {
    private static final String HOST = "127.0.0.1";

    private record Key(String from, String to, Plane plane) {}

    private final List<NodeAddress> seeds;
    private final SplittableRandom seedSource;
    /** Guarded by this; in the order of opening. */
    private final Map<Key, FaultProxy> proxies = new LinkedHashMap<>();

    /**
     * Makes the links of a cluster, none of them open yet.
     *
     * @param seeds the seed list
     * @param seed  decides what the proxies do at random
     */
    public ClusterLinks(List<NodeAddress> seeds, long seed) {
        this.seeds = List.copyOf(seeds);
        seedSource = new SplittableRandom(seed);
    }

    /**
     * Opens the links of one node; a node that is no seed needs only those for messages.
     *
     * @param nodeId the node that dials
     * @return where it dials the other seeds
     * @throws IOException if a proxy cannot listen
     */
    public synchronized List<NodeAddress> open(String nodeId) throws IOException {
        boolean isSeed = seeds.stream().anyMatch(seed -> seed.nodeId().equals(nodeId));
        List<NodeAddress> dialled = new ArrayList<>();
        for (NodeAddress seed : seeds) {
            if (!seed.nodeId().equals(nodeId)) {
                int messagingPort = open(nodeId, seed, Plane.MESSAGING, seed.messagingPort());
                int raftPort = isSeed ? open(nodeId, seed, Plane.RAFT, seed.raftPort()) : seed.raftPort();
                dialled.add(new NodeAddress(seed.nodeId(), HOST, messagingPort, raftPort));
            }
        }
        return dialled;
    }

    private int open(String from, NodeAddress to, Plane plane, int targetPort) throws IOException {
        Key key = new Key(from, to.nodeId(), plane);
        FaultProxy proxy = proxies.get(key);
        if (proxy == null) {
            String name = from + "-" + to.nodeId() + (plane == Plane.RAFT ? "-raft" : "");
            proxy = FaultProxy.open(name, FreePorts.find(1).get(0), targetPort, seedSource.nextLong());
            proxies.put(key, proxy);
        }
        return proxy.port();
    }

    /**
     * {@return the proxy of one link}
     *
     * @param from  the node that dials
     * @param to    the seed that it dials
     * @param plane to which of its ports
     * @throws HarnessException naming the links that exist
     */
    public synchronized FaultProxy proxy(String from, String to, Plane plane) {
        FaultProxy proxy = proxies.get(new Key(from, to, plane));
        if (proxy == null) {
            throw new HarnessException("no link from " + from + " to " + to + " for " + plane + " (links: "
                    + proxies.values().stream().map(FaultProxy::name).toList() + ")");
        }
        return proxy;
    }

    /** {@return every proxy} */
    public synchronized Collection<FaultProxy> all() {
        return List.copyOf(proxies.values());
    }

    /**
     * Cuts some nodes off from all others, in both directions and on both planes, until {@link #heal()}.
     *
     * @param minority the nodes on one side, clients included; they still reach each other
     */
    public synchronized void partition(Set<String> minority) {
        proxies.forEach((key, proxy) -> {
            if (minority.contains(key.from()) != minority.contains(key.to())) {
                proxy.apply(Fault.of(FaultKind.BLACKHOLE));
            }
        });
    }

    /**
     * Cuts one direction between two nodes on both planes, whichever of the two dialled, until {@link #heal()}.
     *
     * @param sender   the node that is not heard
     * @param receiver the node that does not hear it
     */
    public synchronized void cutOneWay(String sender, String receiver) {
        proxies.forEach((key, proxy) -> {
            if (key.from().equals(sender) && key.to().equals(receiver)) {
                proxy.apply(new Fault(FaultKind.BLACKHOLE, Direction.FORWARD, 0));
            } else if (key.from().equals(receiver) && key.to().equals(sender)) {
                proxy.apply(new Fault(FaultKind.BLACKHOLE, Direction.BACKWARD, 0));
            }
        });
    }

    /**
     * {@return the links on which either end is this node}
     *
     * @param nodeId the node
     */
    public synchronized List<FaultProxy> of(String nodeId) {
        List<FaultProxy> own = new ArrayList<>();
        proxies.forEach((key, proxy) -> {
            if (key.from().equals(nodeId) || key.to().equals(nodeId)) {
                own.add(proxy);
            }
        });
        return own;
    }

    /**
     * {@return the links that lead to one kind of port}
     *
     * @param plane which
     */
    public synchronized List<FaultProxy> of(Plane plane) {
        List<FaultProxy> own = new ArrayList<>();
        proxies.forEach((key, proxy) -> {
            if (key.plane() == plane) {
                own.add(proxy);
            }
        });
        return own;
    }

    /** Ends every lasting fault on every link. */
    public void heal() {
        all().forEach(FaultProxy::heal);
    }

    @Override
    public void close() {
        all().forEach(FaultProxy::close);
    }
}
