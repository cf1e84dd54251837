package io.troupe.metadata.internal.ratis;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.troupe.metadata.LeadershipListener;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.internal.node.NodeAgent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether this voter leads, and who wants to know. It leads once its own first entry of the term is applied. */
final class Leadership {
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    private final NodeAgent agent;

    /** Confined to the metadata thread. */
    private final List<LeadershipListener> listeners = new ArrayList<>();

    /** The term this node leads in, or 0. Written on the metadata thread. */
    private volatile long term;

    Leadership(NodeAgent agent) {
        this.agent = agent;
    }

    boolean isLeading() {
        return term != 0;
    }

    void add(LeadershipListener listener) {
        agent.execute(() -> {
            listeners.add(listener);
            tell(listener);
        });
    }

    /** The log names a leader. */
    void onLeader(Leader leader, boolean raftLeads) {
        if (leader.nodeId().equals(agent.name().nodeId()) && raftLeads) {
            change(leader.term());
        } else {
            onNotLeading();
        }
    }

    void onNotLeading() {
        change(0);
    }

    private void change(long next) {
        if (term == next) {
            return;
        }
        term = next;
        LOG.info(next == 0 ? "node {} no longer leads" : "node {} leads in term {}", agent.name(), next);
        List.copyOf(listeners).forEach(this::tell);
    }

    private void tell(LeadershipListener listener) {
        Consumer<LeadershipListener> call = term == 0 ? LeadershipListener::onNotLeading : told -> told.onLeading(term);
        try {
            call.accept(listener);
        } catch (RuntimeException e) {
            LOG.error("node {}: a leadership listener failed", agent.name(), e);
        }
    }
}
