package io.troupe.transport.internal.tcp;

import java.util.LinkedHashMap;
import java.util.Map;

import io.troupe.transport.Lane;
import io.troupe.transport.LinkEvent;
import io.troupe.transport.MessagingSystem.FrameHandler;
import org.agrona.DirectBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The user's handler, kept from harming the agent: what it throws costs the frame, a counter and a line, never the
 * thread. Silent once the system closes. Any agent.
 */
final class GuardedHandler {
    private static final Logger LOG = LoggerFactory.getLogger(TcpMessagingSystem.class);
    private static final int MAX_REMEMBERED_REFUSALS = 128;

    private final String nodeId;
    private final FrameHandler handler;
    private final Counts counts;

    /** The last reason per node: a node that dials in vain for hours is reported once. Guarded by itself. */
    private final Map<String, String> refusals = new LinkedHashMap<>();

    private volatile boolean silent;

    GuardedHandler(String nodeId, FrameHandler handler, Counts counts) {
        this.nodeId = nodeId;
        this.handler = handler;
        this.counts = counts;
    }

    void silence() {
        silent = true;
    }

    void onFrame(String from, int type, DirectBuffer buffer, int offset, int length) {
        if (silent) {
            return;
        }
        try {
            handler.onFrame(from, type, buffer, offset, length);
        } catch (Throwable failure) {
            failed("frame of type " + type + " from node " + from, failure);
        }
    }

    void onLink(String other, Lane lane, LinkEvent event) {
        if (event == LinkEvent.OPENED || event == LinkEvent.RESUMED) {
            synchronized (refusals) {
                refusals.remove(other);
            }
        }
        if (silent) {
            return;
        }
        try {
            handler.onLink(other, lane, event);
        } catch (Throwable failure) {
            failed("link " + event + " of node " + other + " on lane " + lane, failure);
        }
    }

    void onWritable(String other, Lane lane) {
        if (silent) {
            return;
        }
        try {
            handler.onWritable(other, lane);
        } catch (Throwable failure) {
            failed("ring of node " + other + " with room", failure);
        }
    }

    void onRefused(String other, String reason) {
        counts.refusals.incrementAndGet();
        if (silent || !isNews(other, reason)) {
            return;
        }
        LOG.warn("node {}: no link with {}: {}", nodeId, other, reason);
        try {
            handler.onRefused(other, reason);
        } catch (Throwable failure) {
            failed("refusal of node " + other, failure);
        }
    }

    private boolean isNews(String other, String reason) {
        synchronized (refusals) {
            boolean news = !reason.equals(refusals.put(other, reason));
            if (refusals.size() > MAX_REMEMBERED_REFUSALS) {
                refusals.remove(refusals.keySet().iterator().next());
            }
            return news;
        }
    }

    private void failed(String what, Throwable failure) {
        long count = counts.handlerFailures.incrementAndGet();
        if (Counts.worthALine(count)) {
            LOG.error("node {}: the frame handler failed on a {} (failure {})", nodeId, what, count, failure);
        }
    }
}
