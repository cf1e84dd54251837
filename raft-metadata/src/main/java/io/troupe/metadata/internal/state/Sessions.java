package io.troupe.metadata.internal.state;

import java.util.ArrayList;
import java.util.List;

import io.troupe.metadata.MetadataView.Session;
import io.troupe.metadata.SessionId;
import io.troupe.metadata.internal.state.Outcome.ExpiryDropped;
import io.troupe.metadata.internal.state.Outcome.SessionEnded;
import io.troupe.metadata.internal.state.Outcome.SessionHeld;
import io.troupe.metadata.internal.state.Outcome.SessionOpened;
import io.troupe.metadata.internal.state.Outcome.Ticked;

/** Opens, joins, renews, and ends the sessions of nodes, and forgets the ended ones in time. */
final class Sessions {
    private final WorkingState state;

    Sessions(WorkingState state) {
        this.state = state;
    }

    Outcome open(Command.OpenSession request) {
        SessionState current = state.sessions.get(request.nodeId());
        if (current != null && current.open()) {
            Session holder = current.session();
            if (!holder.storageId().equals(request.storageId())) {
                return new SessionHeld(holder.id(), holder.storageId(), holder.ttlMillis());
            }
            if (current.nonce() == request.nonce()) {
                return new SessionOpened(holder.id(), Math.min(holder.id().incarnation(), state.revision));
            }
            end(current);
        }
        long last = lastIncarnation(request.nodeId());
        long revision = ++state.revision;
        // A life that joined has the revision of another group, which may be far ahead of this one.
        SessionId id = new SessionId(request.nodeId(), Math.max(revision, last + 1));
        begin(new Session(id, request.storageId(), request.ttlMillis(), revision, true), request.nonce());
        return new SessionOpened(id, revision);
    }

    Outcome join(Command.JoinSession request) {
        SessionId life = request.session();
        SessionState newest = state.sessions.get(life.nodeId());
        long last = lastIncarnation(life.nodeId());
        if (life.incarnation() <= last) {
            if (newest == null) {
                return new SessionHeld(new SessionId(life.nodeId(), last), "", 0);
            }
            Session holder = newest.session();
            boolean repeated = newest.open() && holder.id().equals(life) && newest.nonce() == request.nonce();
            return repeated
                    ? new SessionOpened(life, state.revision)
                    : new SessionHeld(holder.id(), holder.storageId(), holder.ttlMillis());
        }
        if (newest != null && newest.open()) {
            end(newest);
        }
        long revision = ++state.revision;
        begin(new Session(life, request.storageId(), request.ttlMillis(), revision, true), request.nonce());
        state.joins = state.joins.joined();
        return new SessionOpened(life, revision);
    }

    Outcome close(SessionId session) {
        SessionState current = state.open(session);
        if (current != null) {
            end(current);
        }
        return new SessionEnded(state.revision);
    }

    Outcome expire(SessionId session, long renewedAt) {
        SessionState newest = state.sessions.get(session.nodeId());
        if (newest == null || !newest.session().id().equals(session)) {
            return new ExpiryDropped(state.revision);
        }
        if (newest.open()) {
            if (newest.session().renewedAt() != renewedAt) {
                return new ExpiryDropped(state.revision);
            }
            end(newest);
        }
        return new SessionEnded(state.revision);
    }

    Outcome tick(Command.Tick tick) {
        long revision = ++state.revision;
        boolean firstTime = state.clusterTimeMillis == 0;
        state.clusterTimeMillis = Math.max(state.clusterTimeMillis, tick.timeMillis());
        if (firstTime && state.clusterTimeMillis > 0) {
            dateSessionsEndedBeforeTheFirstTime();
        }
        List<SessionId> late = new ArrayList<>();
        for (SessionId session : tick.renewals()) {
            SessionState current = state.open(session);
            if (current == null) {
                late.add(session);
            } else {
                state.sessions.put(session.nodeId(), current.renewed(revision));
            }
        }
        forgetOldSessions();
        return new Ticked(revision, List.copyOf(late));
    }

    /** Ends every open session, in the order of node ids. */
    void endAll() {
        List<SessionState> open = new ArrayList<>();
        state.sessions.visitFrom(null, (nodeId, session) -> !session.open() || open.add(session));
        open.forEach(this::end);
    }

    private void begin(Session opened, long nonce) {
        state.sessions.put(opened.id().nodeId(), new SessionState(opened, nonce, 0, List.of()));
    }

    /** The next life of the node has a higher one. */
    private long lastIncarnation(String nodeId) {
        SessionState newest = state.sessions.get(nodeId);
        return newest == null ? state.joins.forgotten() : newest.session().id().incarnation();
    }

    private void end(SessionState current) {
        SessionId id = current.session().id();
        long revision = ++state.revision;
        for (String key : state.keysOf(id)) {
            state.delete(key, revision);
        }
        state.sessions.put(id.nodeId(), current.ended());
        state.ended.put(new EndedSession(state.clusterTimeMillis, id), true);
    }

    /** Without this, what ended before the first tick would look decades old to it. */
    private void dateSessionsEndedBeforeTheFirstTime() {
        for (EndedSession session : endedUntil(0)) {
            state.ended.remove(session);
            state.ended.put(new EndedSession(state.clusterTimeMillis, session.id()), true);
        }
    }

    private void forgetOldSessions() {
        for (EndedSession session : endedUntil(state.clusterTimeMillis - MetadataState.SESSION_RETENTION_MILLIS - 1)) {
            state.ended.remove(session);
            SessionId id = session.id();
            List<ChannelId> channels = new ArrayList<>();
            state.channels.visitFrom(
                    new ChannelId(id, Integer.MIN_VALUE),
                    (channel, window) -> channel.session().equals(id) && channels.add(channel));
            channels.forEach(state.channels::remove);
            SessionState newest = state.sessions.get(id.nodeId());
            if (newest != null && newest.session().id().equals(id)) {
                state.sessions.remove(id.nodeId());
                state.joins = state.joins.forget(id.incarnation());
            }
        }
    }

    private List<EndedSession> endedUntil(long timeMillis) {
        List<EndedSession> found = new ArrayList<>();
        state.ended.visitFrom(null, (session, always) -> session.endedAtMillis() <= timeMillis && found.add(session));
        return found;
    }
}
