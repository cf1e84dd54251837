package io.troupe.chaos.kit;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;

import io.troupe.chaos.process.ClusterLinks;
import io.troupe.chaos.process.Fault;
import io.troupe.chaos.process.FaultKind;
import io.troupe.chaos.process.FaultProxy;
import io.troupe.cluster.NodeAddress;

/** The links of a cluster in process, each through a proxy. Not thread-safe. */
final class Wires implements AutoCloseable {
    private final ClusterLinks links;
    private final List<NodeAddress> seeds;
    /** Symmetric; what the proxies do now. */
    private final boolean[][] silent;

    Wires(List<NodeAddress> seeds) {
        this.seeds = List.copyOf(seeds);
        // No fault of the kit draws a number.
        links = new ClusterLinks(seeds, new SplittableRandom().nextLong());
        silent = new boolean[seeds.size()][seeds.size()];
    }

    /** {@return where a node dials the others} */
    List<NodeAddress> dialled(int node) throws IOException {
        return links.open(seeds.get(node).nodeId());
    }

    /** Makes every link between two nodes silent, or lets it go on, as asked. */
    void set(BiPredicate<Integer, Integer> open) {
        for (int one = 0; one < silent.length; one++) {
            for (int other = 0; other < one; other++) {
                boolean cut = !open.test(one, other);
                if (cut != silent[one][other]) {
                    silent[one][other] = cut;
                    silent[other][one] = cut;
                    between(one, other)
                            .forEach(cut ? proxy -> proxy.apply(Fault.of(FaultKind.BLACKHOLE)) : FaultProxy::heal);
                }
            }
        }
    }

    /**
     * Ends the connections of a node and lets it make no new ones, until {@link #restore}: from now on nothing that it
     * says gets out. What it had sent and nobody had read is lost.
     */
    void sever(int node) {
        for (FaultProxy proxy : links.of(seeds.get(node).nodeId())) {
            proxy.apply(Fault.of(FaultKind.REFUSE));
            proxy.apply(Fault.of(FaultKind.RESET));
        }
    }

    /** Call {@link #set} next: every link of the node is open now. */
    void restore(int node) {
        links.of(seeds.get(node).nodeId()).forEach(FaultProxy::heal);
        for (int other = 0; other < silent.length; other++) {
            silent[node][other] = false;
            silent[other][node] = false;
        }
    }

    private List<FaultProxy> between(int one, int other) {
        String first = seeds.get(one).nodeId();
        String second = seeds.get(other).nodeId();
        List<FaultProxy> both = new ArrayList<>(links.of(first));
        both.retainAll(links.of(second));
        return both;
    }

    @Override
    public void close() {
        links.close();
    }
}
