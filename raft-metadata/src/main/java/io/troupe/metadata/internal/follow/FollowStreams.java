package io.troupe.metadata.internal.follow;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.WatchEvent;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.watch.WatchHub.Changes;
import org.jspecify.annotations.Nullable;

/**
 * The voter's side of its followers: pages of an immutable state, then the changes from there, at each follower's pace.
 * A stream may have {@link #WINDOW} unacknowledged messages; what a slow follower has not been sent stays in the event
 * log, and when it has left that, the follower gets the whole state again. So a follower costs this voter no memory.
 *
 * <p>Pure: {@link Source} and {@link Output} are the only ways in and out. Confined to the metadata thread.
 */
final class FollowStreams {
    /** Followers of one voter; more are not answered, and ask the next voter. */
    static final int MAX_FOLLOWERS = 64;

    /** Unacknowledged messages of one stream. */
    static final int WINDOW = 8;

    /** Length of a message, in bytes, unless its first key or revision is longer. */
    static final int MESSAGE_LENGTH = 64 * 1024;

    /** A stream without an acknowledgement for so many ticks is forgotten. */
    private static final int SILENT_TICKS = 20;

    private final long tickNs;
    private final Source source;
    private final Output output;
    private final TreeMap<String, Stream> streams = new TreeMap<>();
    private long nextTick = Long.MAX_VALUE;

    /** Where the streams read. */
    interface Source {
        /** The newest state. */
        StateView view();

        /** The changes from a revision on, or null if they are no longer kept. */
        @Nullable
        Changes changes(long next);
    }

    /** How the streams reach their followers. */
    interface Output {
        /** Sends a message, or drops it. */
        void send(String follower, FollowMessage message);
    }

    private static final class Stream {
        final long id;
        final List<String> prefixes;

        /** Always acked <= sent <= acked + WINDOW. */
        long sent;

        long acked;
        long ackedAt;
        long sentAt;

        /** The state being paged, or null while changes flow. */
        @Nullable
        StateView paging;

        boolean firstPage;

        /** The last key paged. */
        @Nullable
        String paged;

        /** While changes flow: everything below was sent. */
        long next;

        /** As the follower knows them. */
        final Map<String, Session> sessions = new TreeMap<>();

        Stream(long id, List<String> prefixes) {
            this.id = id;
            this.prefixes = prefixes;
        }

        boolean follows(String key) {
            return prefixes.stream().anyMatch(key::startsWith);
        }
    }

    FollowStreams(long tickNs, Source source, Output output) {
        this.tickNs = tickNs;
        this.source = source;
        this.output = output;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** When {@link #flush} has to be called at the latest, in ns, or Long.MAX_VALUE. */
    long nextWakeNs() {
        return streams.isEmpty() ? Long.MAX_VALUE : nextTick;
    }

    void onMessage(String follower, FollowMessage message, long nowNs) {
        Stream stream = streams.get(follower);
        if (message instanceof FollowMessage.Ask ask) {
            output.send(
                    follower,
                    new FollowMessage.Position(ask.stream(), source.view().revision()));
        } else if (message instanceof FollowMessage.Start start) {
            if (stream == null ? streams.size() < MAX_FOLLOWERS : stream.id != start.stream()) {
                streams.put(follower, begin(start, nowNs));
                nextTick = Math.min(nextTick, nowNs + tickNs);
            }
        } else if (message instanceof FollowMessage.Ack ack && stream != null && stream.id == ack.stream()) {
            if (ack.sequence() <= stream.sent) {
                stream.acked = Math.max(stream.acked, ack.sequence());
                stream.ackedAt = nowNs;
            }
        }
    }

    /** Sends what the windows allow; once per tick at least something to each follower. */
    void flush(long nowNs) {
        boolean tick = nowNs - nextTick >= 0;
        if (tick) {
            nextTick = nowNs + tickNs;
            streams.values().removeIf(stream -> nowNs - stream.ackedAt > SILENT_TICKS * tickNs);
        }
        for (Iterator<Map.Entry<String, Stream>> each = streams.entrySet().iterator(); each.hasNext(); ) {
            Map.Entry<String, Stream> entry = each.next();
            pump(entry.getKey(), entry.getValue(), nowNs);
        }
    }

    private Stream begin(FollowMessage.Start start, long nowNs) {
        Stream stream = new Stream(start.stream(), List.copyOf(start.prefixes()));
        stream.ackedAt = nowNs;
        stream.sentAt = nowNs - tickNs;
        stream.next = start.revision() + 1;
        if (start.revision() == 0) {
            page(stream);
        }
        return stream;
    }

    private void page(Stream stream) {
        stream.paging = source.view();
        stream.firstPage = true;
        stream.paged = null;
    }

    private void pump(String follower, Stream stream, long nowNs) {
        boolean more = true;
        while (more && stream.sent - stream.acked < WINDOW) {
            StateView paging = stream.paging;
            more = paging == null ? sendChanges(follower, stream, nowNs) : sendPage(follower, stream, paging, nowNs);
        }
    }

    private boolean sendPage(String follower, Stream stream, StateView state, long nowNs) {
        List<KeyValue> entries = new ArrayList<>();
        boolean last = collect(stream, state, entries);
        send(
                follower,
                stream,
                new FollowMessage.Page(stream.id, stream.sent + 1, state.revision(), stream.firstPage, last, entries),
                nowNs);
        stream.firstPage = false;
        if (last) {
            stream.paging = null;
            stream.next = state.revision() + 1;
            stream.sessions.clear();
        } else {
            stream.paged = entries.get(entries.size() - 1).key();
        }
        return true;
    }

    /** Takes the next followed keys until the page is full; true if there are no more. */
    private static boolean collect(Stream stream, StateView state, List<KeyValue> entries) {
        String after = stream.paged;
        int[] length = {0};
        boolean[] full = {false};
        state.keys().visitFrom(after, (key, entry) -> {
            if (key.equals(after) || !stream.follows(key)) {
                return true;
            }
            if (!entries.isEmpty() && length[0] + FollowCodec.length(entry) > MESSAGE_LENGTH) {
                full[0] = true;
                return false;
            }
            length[0] += FollowCodec.length(entry);
            entries.add(entry);
            return true;
        });
        return !full[0];
    }

    /** False if there is nothing to send now. */
    private boolean sendChanges(String follower, Stream stream, long nowNs) {
        StateView view = source.view();
        boolean heartbeat = nowNs - stream.sentAt >= tickNs;
        if (view.revision() < stream.next - 1) {
            // The follower is ahead of this voter: nothing to tell yet but that we live.
            if (heartbeat) {
                send(
                        follower,
                        stream,
                        changed(stream, List.of(), 0, new FollowMessage.Status(0, null, List.of())),
                        nowNs);
            }
            return false;
        }
        Changes changes = source.changes(stream.next);
        if (changes == null) {
            page(stream);
            return true;
        }
        // Taken from one view, so that a session is never told as open after keys that its end deleted.
        StateView now = (StateView) changes.view();
        long upTo = changes.next() - 1;
        if (upTo < stream.next && !heartbeat) {
            return false;
        }
        List<WatchEvent> followed = new ArrayList<>();
        upTo = cut(stream, changes, upTo, followed);
        boolean complete = upTo == now.revision();
        FollowMessage.Status status = complete
                ? status(stream, now)
                : new FollowMessage.Status(now.clusterTimeMillis(), now.leader(), List.of());
        send(follower, stream, changed(stream, followed, upTo, status), nowNs);
        stream.next = Math.max(stream.next, upTo + 1);
        return !complete;
    }

    /** Keeps whole revisions up to the length of a message; answers the last revision kept. */
    private static long cut(Stream stream, Changes changes, long upTo, List<WatchEvent> followed) {
        int length = 0;
        for (WatchEvent event : changes.events()) {
            if (!stream.follows(event.key())) {
                continue;
            }
            long previous = followed.isEmpty()
                    ? event.revision()
                    : followed.get(followed.size() - 1).revision();
            if (length > MESSAGE_LENGTH && event.revision() != previous) {
                return event.revision() - 1;
            }
            length += FollowCodec.length(event);
            followed.add(event);
        }
        return upTo;
    }

    private static FollowMessage changed(
            Stream stream, List<WatchEvent> events, long revision, FollowMessage.Status status) {
        return new FollowMessage.Changed(stream.id, stream.sent + 1, revision, events, status);
    }

    private static FollowMessage.Status status(Stream stream, StateView view) {
        List<Session> changed = new ArrayList<>();
        view.forEachSession(session -> {
            if (!Objects.equals(stream.sessions.put(session.id().nodeId(), session), session)) {
                changed.add(session);
            }
        });
        return new FollowMessage.Status(view.clusterTimeMillis(), view.leader(), changed);
    }

    private void send(String follower, Stream stream, FollowMessage message, long nowNs) {
        stream.sent++;
        stream.sentAt = nowNs;
        output.send(follower, message);
    }
}
