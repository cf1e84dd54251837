package io.troupe.metadata.internal.follow;

import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.KeyIndex;
import org.jspecify.annotations.Nullable;

/**
 * A node without a log: asks a voter for the followed keys and keeps up with it. When that voter is silent for more
 * than {@link #SILENT_TICKS} ticks, or a message of it is missing, it starts a new stream at the next voter from the
 * revision it has; nothing is lost or repeated, because a stream goes on from a revision, or says that it cannot.
 *
 * <p>A voter can be alive and cut off from the log: then its revision stands still while it goes on saying so. Where
 * sessions are open the revision rises with every tick, so after {@link #STILL_TICKS} ticks without a step the other
 * voters are asked how far they are. Only when one is ahead, and this follower does not get as far within
 * {@link #LATE_TICKS} more, it goes there. So without a quorum, or at rest, nobody is ahead and the follower stays.
 *
 * <p>Pure: time is a parameter, {@link Output} is the only way out. Confined to the metadata thread.
 */
final class FollowProtocol {
    /** Ticks of silence before the next voter is asked. */
    static final int SILENT_TICKS = 4;

    /** Ticks without a new revision before the other voters are asked how far they are. */
    static final int STILL_TICKS = 3;

    /** Ticks that the voter that is followed gets to come as far as another one. */
    static final int LATE_TICKS = 1;

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

    /** When the view last came on, or the stream began. */
    private long movedAt;

    private long askedAt;

    /** A voter that is ahead of the view, as far as heard of; null if none is. */
    private @Nullable String ahead;

    /** How far {@link #ahead} is, and since when that is known. */
    private long aheadRevision;

    private long aheadAt;

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
        if (!started) {
            return 0;
        }
        long wake = heardAt + SILENT_TICKS * tickNs;
        if (voters.size() > 1) {
            wake = Math.min(wake, stillAt());
        }
        return ahead == null ? wake : Math.min(wake, aheadAt + LATE_TICKS * tickNs);
    }

    void flush(long nowNs) {
        if (!started) {
            started = true;
            start(nowNs);
        } else if (nowNs - heardAt >= SILENT_TICKS * tickNs) {
            turn = (turn + 1) % voters.size();
            start(nowNs);
        } else if (ahead != null && nowNs - aheadAt >= LATE_TICKS * tickNs) {
            turn = voters.indexOf(ahead);
            start(nowNs);
        } else if (voters.size() > 1 && nowNs - stillAt() >= 0) {
            askedAt = nowNs;
            for (String other : voters) {
                if (!other.equals(voter())) {
                    output.send(other, new FollowMessage.Ask(stream));
                }
            }
        }
    }

    /** When it is time to ask the others. */
    private long stillAt() {
        return Math.max(movedAt, askedAt) + STILL_TICKS * tickNs;
    }

    void onMessage(String from, FollowMessage message, long nowNs) {
        if (message.stream() != stream) {
            return; // Of a stream that was given up.
        }
        if (message instanceof FollowMessage.Position position) {
            onPosition(from, position.revision(), nowNs);
            return;
        }
        if (!from.equals(voter())) {
            return;
        }
        if (message instanceof FollowMessage.Page page) {
            if (inOrder(page.sequence(), nowNs)) {
                onPage(page);
                moved(nowNs);
            }
        } else if (message instanceof FollowMessage.Changed changed) {
            if (inOrder(changed.sequence(), nowNs)) {
                long before = view.revision();
                onChanged(changed);
                if (view.revision() > before) {
                    moved(nowNs);
                }
            }
        }
    }

    private void onPosition(String from, long revision, long nowNs) {
        if (revision > view.revision() && voters.contains(from) && !from.equals(voter())) {
            if (ahead == null) {
                aheadAt = nowNs;
            }
            if (ahead == null || revision > aheadRevision) {
                ahead = from;
                aheadRevision = revision;
            }
        }
    }

    /** The view has come on, or is being read anew. */
    private void moved(long nowNs) {
        movedAt = nowNs;
        if (ahead != null && (pages != null || view.revision() >= aheadRevision)) {
            ahead = null;
        }
    }

    private void start(long nowNs) {
        movedAt = nowNs;
        ahead = null;
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
