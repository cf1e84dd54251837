package io.troupe.actors;

import java.util.function.Consumer;

import io.troupe.cluster.Cluster;
import io.troupe.cluster.Subscription;

/**
 * Actors in this process. {@link #create} makes a system that is nothing but that: no network, no disk, no
 * configuration; {@link ClusterActorSystem} is a node of a cluster, which has local actors beside its entities. Both
 * run them on the same mailboxes, supervision, timers and stashes.
 *
 * <p>A local actor is spawned, and lives from then to its end: until it fails for good, ends itself, or the system is
 * closed. It is reached by the {@link Pid} that its spawn returned and by nothing else, within this process only. All
 * methods may be called from any thread, and none blocks, except {@link #close()}.
 */
public sealed interface ActorSystem extends AutoCloseable permits ClusterActorSystem, LocalActorSystem {
    /**
     * Makes a system without a cluster. It runs at once.
     *
     * @param name its name, which its threads bear; 1 to {@value Kind#MAX_NAME_LENGTH} bytes
     * @return the system
     * @throws IllegalArgumentException if the name is blank, too long or has control characters
     */
    static LocalActorSystem create(String name) {
        return new LocalActorSystem(name, Cluster.threads(name));
    }

    /**
     * Spawns a local actor. Its handler starts at once, on a thread of the system or of the kind; a restart takes a new
     * one.
     *
     * @param kind a volatile kind; its mailbox, restarts and executor hold, where its entities would live says nothing
     *     here
     * @param id   its name within the kind, 1 to {@value Envelope#MAX_ID_LENGTH} bytes of UTF-8 without '/'; free again
     *     when the actor has ended
     * @param <M>  its messages
     * @return its address
     * @throws IllegalArgumentException if the kind is durable, passivates, or bears the name of another kind that was
     *     spawned here; if the name is taken or none
     * @throws IllegalStateException once the system is being stopped, or beyond {@value LocalActors#MAX_ACTORS} actors
     */
    <M> Pid<M> spawn(Kind<M> kind, String id);

    /**
     * Spawns a local actor of a handler that has no kind. The handler is the actor's own from now on: a restart calls
     * its postStop and preStart and leaves its fields, for there is no other one.
     *
     * @param handler the handler, used for nothing else unless it has no state
     * @param id      its name among the actors without a kind, as above
     * @param <M>     its messages
     * @return its address
     * @throws IllegalArgumentException if the name is taken or none
     * @throws IllegalStateException once the system is being stopped, or beyond {@value LocalActors#MAX_ACTORS} actors
     */
    <M> Pid<M> spawn(Handler<M> handler, String id);

    /**
     * Learns of messages that no actor of this system could handle, from now on.
     *
     * @param listener called on a thread that runs actors, in no order: do not block it
     * @return the subscription; close it to hear no more
     */
    Subscription onDeadLetter(Consumer<? super DeadLetter> listener);

    /** Ends the actors and frees all threads. Blocks a few seconds at most. Idempotent. */
    @Override
    void close();
}
