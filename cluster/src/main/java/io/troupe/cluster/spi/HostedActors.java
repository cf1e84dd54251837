package io.troupe.cluster.spi;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.troupe.cluster.ActorInfo;
import io.troupe.cluster.ShardSet;

/**
 * What the layer above does with the shards this node owns. Called on threads of the cluster; must not block.
 */
public interface HostedActors {
    /** {@return the names of the kinds that can run here; always the same} Called before anything else. */
    Set<String> kinds();

    /** {@return the names of the kinds that do something while this node has no lease; always the same} */
    default Set<String> degradable() {
        return Set.of();
    }

    /**
     * {@return whether a message is for an actor that goes on while this node has no lease, at the risk of running
     * twice}
     *
     * @param content target and body
     */
    default boolean goesOnUnfenced(byte[] content) {
        return false;
    }

    /**
     * Lists actors that are in the memory now, in their order. They may come and go meanwhile.
     *
     * @param range which
     * @param found called once, on any thread
     */
    default void list(ActorRange range, Consumer<List<ActorInfo>> found) {
        found.accept(List.of());
    }

    /**
     * An answer that was sent by itself has come; also one that nobody waits for any more.
     *
     * @param to     where it was sent to, on this node
     * @param answer the answer
     */
    default void onAnswer(AnswerAddress to, byte[] answer) {
        // Nobody has asked.
    }

    /**
     * {@return the shard sets of the kinds that this node runs or sends to, besides the default one; always the same}
     */
    Set<ShardSet> sets();

    /**
     * This node may run the actors of a shard: the fence is raised, and the local view of the store has everything that
     * earlier owners committed.
     *
     * @param shard the ownership
     */
    void onShardActive(OwnedShard shard);

    /**
     * The ownership has ended: start no handler, propose no commit. Called once per active ownership.
     *
     * @param shard the ownership
     */
    void onShardLost(OwnedShard shard);

    /**
     * The ownership is to be handed over: {@link OwnedShard#mayRun} is false from now on, and what waits must keep
     * waiting, for {@link #onShardLost} or {@link #onShardResumed}.
     *
     * @param shard the ownership
     * @param quiet call it when no handler of the shard runs and the outcome of every commit is known; more than once
     *     does no harm. May be called before this method returns
     */
    void onShardMoving(OwnedShard shard, Runnable quiet);

    /**
     * The ownership is not handed over after all: what had to wait may go on.
     *
     * @param shard the ownership
     */
    void onShardResumed(OwnedShard shard);

    /** Some time has passed, tens of milliseconds: what was put off may be tried again. */
    void onTick();

    /**
     * Does a bounded part of what is due, after every {@link #onTick}.
     *
     * @return true if there is more: then it is called again, behind what else waits for the thread by then
     */
    default boolean goOn() {
        return false;
    }

    /** The node's lease had passed and is valid again, with the same ownerships: what had to wait may go on. */
    void onLeaseRenewed();

    /**
     * A message to run, in the order of its channel. Its end is reported through the message itself.
     *
     * @param message the message
     */
    void deliver(InboundMessage message);
}
