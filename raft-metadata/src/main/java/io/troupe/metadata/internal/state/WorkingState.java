package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.KeyValue;
import io.troupe.metadata.MetadataView.Leader;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.WatchEvent;
import org.jspecify.annotations.Nullable;

/** The state while an entry is applied: editors of all indexes, the next revision, and the changes made so far. */
final class WorkingState {
    final Newest<String, KeyValue> keys;
    final KeyIndex.Editor<String, SessionState> sessions;
    final Newest<ChannelId, Settlements> channels;
    final KeyIndex.Editor<EndedSession, Boolean> ended;

    long revision;

    /** Never goes back. */
    long clusterTimeMillis;

    Joins joins;

    @Nullable
    Leader leader;

    /** Exactly the keys that have a session; derived from the keys, so not part of a snapshot. */
    private final KeyIndex.Editor<BoundKey, Boolean> bound =
            KeyIndex.<BoundKey, Boolean>empty().edit();

    private List<WatchEvent> events = new ArrayList<>();

    WorkingState(StateView from) {
        keys = Newest.of(from.keys(), KeyValue::modRevision);
        sessions = from.sessions().edit();
        channels = Newest.of(from.channels());
        ended = from.ended().edit();
        revision = from.revision();
        clusterTimeMillis = from.clusterTimeMillis();
        joins = from.joins();
        leader = from.leader();
        keys.visitFrom(null, (key, entry) -> {
            bind(entry);
            return true;
        });
    }

    StateView view() {
        return new StateView(
                revision,
                clusterTimeMillis,
                leader,
                keys.snapshot(revision),
                sessions.snapshot(),
                channels.snapshot(revision),
                ended.snapshot(),
                joins);
    }

    /** The changes since the last call. */
    List<WatchEvent> takeEvents() {
        List<WatchEvent> taken = List.copyOf(events);
        events = new ArrayList<>();
        return taken;
    }

    /** True if the session has ended, and not so long ago that what it settled is forgotten. */
    boolean hasEnded(SessionId session) {
        boolean[] found = {false};
        ended.visitFrom(null, (other, always) -> {
            found[0] = other.id().equals(session);
            return !found[0];
        });
        return found[0];
    }

    /** The session if exactly it is open, else null. */
    @Nullable
    SessionState open(SessionId id) {
        SessionState state = sessions.get(id.nodeId());
        return state != null && state.open() && state.session().id().equals(id) ? state : null;
    }

    void put(String key, byte[] value, @Nullable SessionId session, long atRevision) {
        KeyValue old = keys.get(key);
        KeyValue entry = old == null
                ? new KeyValue(key, value, atRevision, atRevision, 1, session)
                : new KeyValue(old.key(), value, old.createRevision(), atRevision, old.version() + 1, session);
        if (old != null) {
            unbind(old);
        }
        keys.put(key, entry);
        bind(entry);
        events.add(new WatchEvent.Put(entry));
    }

    /** Answers false if there was nothing to delete. */
    boolean delete(String key, long atRevision) {
        KeyValue old = keys.remove(key);
        if (old == null) {
            return false;
        }
        unbind(old);
        events.add(new WatchEvent.Delete(key, atRevision));
        return true;
    }

    List<String> keysOf(SessionId session) {
        List<String> found = new ArrayList<>();
        bound.visitFrom(
                new BoundKey(session, ""), (key, always) -> key.session().equals(session) && found.add(key.key()));
        return found;
    }

    List<String> keysWith(String prefix) {
        List<String> found = new ArrayList<>();
        keys.visitFrom(prefix, (key, entry) -> key.startsWith(prefix) && found.add(key));
        return found;
    }

    private void bind(KeyValue entry) {
        if (entry.session() != null) {
            bound.put(new BoundKey(entry.session(), entry.key()), true);
        }
    }

    private void unbind(KeyValue entry) {
        if (entry.session() != null) {
            bound.remove(new BoundKey(entry.session(), entry.key()));
        }
    }
}
