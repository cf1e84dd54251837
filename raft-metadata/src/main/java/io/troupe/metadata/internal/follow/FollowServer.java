package io.troupe.metadata.internal.follow;

import java.util.concurrent.atomic.AtomicBoolean;

import io.troupe.metadata.internal.codec.ByteReader;
import io.troupe.metadata.internal.node.NodeAgent;
import io.troupe.metadata.internal.state.StateView;
import io.troupe.metadata.internal.watch.WatchHub;
import io.troupe.metadata.internal.watch.WatchHub.Changes;
import org.jspecify.annotations.Nullable;

/** Drives the {@link FollowStreams} of a voter on its metadata thread. Costs nothing while nobody follows. */
public final class FollowServer {
    private final NodeAgent agent;
    private final FollowStreams streams;
    private final AtomicBoolean signalled = new AtomicBoolean();

    /** Read on the apply thread. */
    private volatile boolean followed;

    /**
     * A server without followers.
     *
     * @param agent  sends, and runs the streams
     * @param hub    has the state and its changes; all its views are whole states
     * @param tickNs how often followers hear something at least
     */
    public FollowServer(NodeAgent agent, WatchHub hub, long tickNs) {
        this.agent = agent;
        streams = new FollowStreams(
                tickNs,
                new FollowStreams.Source() {
                    @Override
                    public StateView view() {
                        return (StateView) hub.view();
                    }

                    @Override
                    public @Nullable Changes changes(long next) {
                        return hub.changes(next);
                    }
                },
                this::send);
    }

    /** The hub has a new view. On the apply thread: wakes the metadata thread if anybody follows. */
    public void onApplied() {
        if (followed && signalled.compareAndSet(false, true)) {
            agent.execute(() -> signalled.set(false)); // The turn after this event sends.
        }
    }

    /**
     * A message of a follower; on the metadata thread.
     *
     * @param from    the follower
     * @param message its bytes
     */
    public void onMessage(String from, ByteReader message) {
        streams.onMessage(from, FollowCodec.read(message), System.nanoTime());
        followed = !streams.isEmpty();
    }

    /**
     * Sends what is due; on the metadata thread.
     *
     * @param nowNs the time
     * @return when to call again at the latest
     */
    public long flush(long nowNs) {
        if (!streams.isEmpty()) {
            streams.flush(nowNs);
            followed = !streams.isEmpty();
        }
        return streams.nextWakeNs();
    }

    private void send(String follower, FollowMessage message) {
        agent.send(follower, NodeAgent.FOLLOW_PROTOCOL, to -> FollowCodec.write(to, message));
    }
}
