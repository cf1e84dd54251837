package io.troupe.metadata.internal.follow;

import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.KeyIndex;
import org.jspecify.annotations.Nullable;

/**
 * A node without a log: asks a voter for the followed keys and keeps up with it. When that voter is silent for more than
 * {@link #SILENT_TICKS} ticks, or a message of it is missing, it starts a new stream at the next voter from the revision
 * it has; nothing is lost or repeated, because a stream goes on from a revision, or says that it cannot.
 *
 * <p>Pure: time is a parameter, {@link Output} is the only way out. Confined to the metadata thread.
 */
final class FollowProtocol {
    /** Ticks of silence before the next voter is asked. */
    static final int SILENT_TICKS = 4;

    /** How long to wait before the next voter is asked when one cannot be reached at all. */
    static final long UNREACHABLE_NS = 20_000_000;

    private final List<String> voters;
    private final List<String> prefixes;
    private final long tickNs;
    private final Output output;

    /** The voter that is followed, as an index into the list. */
    private int turn;

    private long stream;

    /** The last message taken from the stream; the next one must be its successor. */
    private long sequence;

    private long heardAt;
    private boolean started;

    private FollowedView view;

    /** The keys paged so far, while the state is read anew. */
    private KeyIndex.@Nullable Editor<String, KeyValue> pages;

    /** How the protocol reaches the world. */
    interface Output {
        /** Sends a message to a voter; false if it was dropped at once. */
        boolean send(String voter, FollowMessage message);

        /** The state has moved on by these changes. */
        void onChanges(FollowedView view, List<WatchEvent> events);

        /** The state was read anew. */
        void onState(FollowedView view);
    }

    /** @param firstStream differs between two lives of this node, so that a voter does not mistake one for the other */
    FollowProtocol(List<String> voters, List<String> prefixes, long tickNs, long firstStream, Output output) {
        this.voters = List.copyOf(voters);
        this.prefixes = List.copyOf(prefixes);
        view = FollowedView.empty(this.prefixes);
        this.tickNs = tickNs;
        this.stream = firstStream;
        this.output = output;
    }

    /** The voter that is followed. */
    String voter() {
        return voters.get(turn);
    }

    /** When {@link #flush} has to be called at the latest, in ns. */
    long nextWakeNs() {
        return started ? heardAt + SILENT_TICKS * tickNs : 0;
    }

    void flush(long nowNs) {
        if (!started) {
            started = true;
            start(nowNs);
        } else if (nowNs - heardAt >= SILENT_TICKS * tickNs) {
            turn = (turn + 1) % voters.size();
            start(nowNs);
        }
    }

    void onMessage(String from, FollowMessage message, long nowNs) {
        if (message.stream() != stream || !from.equals(voter())) {
            return; // Of a stream that was given up.
        }
        if (message instanceof FollowMessage.Page page) {
            if (inOrder(page.sequence(), nowNs)) {
                onPage(page);
            }
        } else if (message instanceof FollowMessage.Changed changed) {
            if (inOrder(changed.sequence(), nowNs)) {
                onChanged(changed);
            }
        }
    }

    private void start(long nowNs) {
        stream++;
        sequence = 0;
        heardAt = nowNs;
        pages = null;
        if (!output.send(voter(), new FollowMessage.Start(stream, view.revision(), prefixes))) {
            heardAt = nowNs - SILENT_TICKS * tickNs + UNREACHABLE_NS;
        }
    }

    /** A missing message starts the stream anew, at the same voter; a repeated one is dropped. */
    private boolean inOrder(long number, long nowNs) {
        if (number <= sequence) {
            return false;
        }
        if (number > sequence + 1) {
            start(nowNs);
            return false;
        }
        sequence = number;
        heardAt = nowNs;
        output.send(voter(), new FollowMessage.Ack(stream, sequence));
        return true;
    }

    private void onPage(FollowMessage.Page page) {
        KeyIndex.Editor<String, KeyValue> editor = pages;
        if (page.first() || editor == null) {
            editor = KeyIndex.<String, KeyValue>empty().edit();
            pages = editor;
        }
        for (KeyValue entry : page.entries()) {
            editor.put(entry.key(), entry);
        }
        if (page.last()) {
            pages = null;
            view = new FollowedView(
                    prefixes,
                    page.revision(),
                    view.clusterTimeMillis(),
                    view.leader(),
                    editor.snapshot(),
                    view.sessions());
            output.onState(view);
        }
    }

    private void onChanged(FollowMessage.Changed changed) {
        if (changed.revision() < view.revision()) {
            return; // A voter behind us: it lives, and has nothing to tell yet.
        }
        KeyIndex.Editor<String, KeyValue> keys = view.keys().edit();
        for (WatchEvent event : changed.events()) {
            if (event instanceof WatchEvent.Put put) {
                keys.put(put.key(), put.entry());
            } else {
                keys.remove(event.key());
            }
        }
        KeyIndex.Editor<String, Session> sessions = view.sessions().edit();
        changed.status().sessions().forEach(session -> sessions.put(session.id().nodeId(), session));
        view = new FollowedView(
                prefixes,
                changed.revision(),
                Math.max(view.clusterTimeMillis(), changed.status().clusterTimeMillis()),
                changed.status().leader(),
                keys.snapshot(),
                sessions.snapshot());
        output.onChanges(view, changed.events());
    }
}
