package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.troupe.actors.KindOptions.Mailbox;
import io.troupe.actors.KindOptions.Stay;
import io.troupe.cluster.ShardSet;
import org.jspecify.annotations.Nullable;

/**
 * A kind of actor: its name, its messages, and what makes its handlers. The same on every node that owns shards.
 *
 * @param <M> the messages it takes
 */
public final class Kind<M> {
    /** How often a message is tried before it ends as failed. */
    public static final int MAX_ATTEMPTS = 3;

    /** Messages that may wait for one entity, unless the kind says otherwise. */
    public static final int DEFAULT_MAILBOX = 65_536;

    /** Largest mailbox. */
    public static final int MAX_MAILBOX = 1_000_000;

    /** How long BLOCK_SENDER makes a sender wait, unless the kind says otherwise. */
    public static final Duration DEFAULT_BLOCK = Duration.ofSeconds(1);

    /** The longest that a sender can be made to wait. */
    public static final Duration LONGEST_BLOCK = Duration.ofMinutes(1);

    /** Longest name, in UTF-8 bytes. */
    public static final int MAX_NAME_LENGTH = 100;

    private final String name;
    private final Class<M> protocol;
    private final @Nullable Class<?> stateType;
    private final @Nullable Supplier<? extends Handler<M>> handlers;
    private final @Nullable Supplier<? extends StatefulHandler<?, M>> statefulHandlers;
    private final @Nullable Class<?> handlerType;
    private final KindOptions options;

    private Kind(
            String name,
            Class<M> protocol,
            @Nullable Class<?> stateType,
            @Nullable Supplier<? extends Handler<M>> handlers,
            @Nullable Supplier<? extends StatefulHandler<?, M>> statefulHandlers,
            @Nullable Class<?> handlerType,
            KindOptions options) {
        int length = name.getBytes(StandardCharsets.UTF_8).length;
        if (name.isBlank()
                || name.indexOf('/') >= 0
                || name.chars().anyMatch(Character::isISOControl)
                || length > MAX_NAME_LENGTH) {
            throw new IllegalArgumentException("kind name '" + name + "' must be 1 to " + MAX_NAME_LENGTH
                    + " bytes without '/' and control characters: it is part of keys and records");
        }
        this.name = name;
        this.protocol = Objects.requireNonNull(protocol);
        this.stateType = stateType;
        this.handlers = handlers;
        this.statefulHandlers = statefulHandlers;
        this.handlerType = handlerType;
        this.options = options;
    }

    /**
     * A volatile kind.
     *
     * @param name     its name, unique in the cluster
     * @param protocol the type of its messages, best a sealed interface of records
     * @param handlers makes a handler for each entity
     * @param <M>      the messages
     * @return the kind
     */
    public static <M> Kind<M> of(String name, Class<M> protocol, Supplier<? extends Handler<M>> handlers) {
        return new Kind<>(name, protocol, null, Objects.requireNonNull(handlers), null, null, KindOptions.DEFAULT);
    }

    /**
     * A durable kind.
     *
     * @param name     its name, unique in the cluster
     * @param protocol the type of its messages, best a sealed interface of records
     * @param state    the type of its state, an immutable class
     * @param handlers makes a handler for each entity
     * @param <S>      the state
     * @param <M>      the messages
     * @return the kind
     */
    public static <S, M> Kind<M> durable(
            String name, Class<M> protocol, Class<S> state, Supplier<? extends StatefulHandler<S, M>> handlers) {
        return new Kind<>(
                name,
                protocol,
                Objects.requireNonNull(state),
                null,
                Objects.requireNonNull(handlers),
                null,
                KindOptions.DEFAULT);
    }

    /**
     * {@return the same kind, whose actors live on the shards of a set} Say the same on every node, and for as long as
     * the kind exists: the actors of another set are other actors.
     *
     * @param set the set; kinds that name the same one share its nodes
     * @throws IllegalArgumentException if the kind lives with another one, and so in that one's set
     */
    public Kind<M> in(ShardSet set) {
        String host = options.shardKey().host();
        if (host != null) {
            throw new IllegalArgumentException(this + " lives with kind " + host + " in set "
                    + options.shardSet().name() + ", and cannot be in set " + set.name()
                    + " too: put that kind into the set before colocateWith");
        }
        return with(options.in(Objects.requireNonNull(set)));
    }

    /**
     * {@return the same kind, each of whose entities lives where the entity with its id of another kind lives} On the
     * same shard of the same set, and so always on the same node: they move together, and what they tell each other
     * does not leave the process. Say the same on every node, and for as long as the kind exists: its entities
     * elsewhere are other ones.
     *
     * @param other the other kind, complete with its set; the nodes must give both kinds to their systems
     * @throws IllegalArgumentException if it is this kind
     */
    public Kind<M> colocateWith(Kind<?> other) {
        if (other.name.equals(name)) {
            throw new IllegalArgumentException(this + " cannot live with itself: name another kind");
        }
        return with(options.in(other.shardSet(), options.shardKey().with(other.placement(), other.options.shardKey())));
    }

    /**
     * {@return the same kind, whose entities share a shard if the function makes the same key of their ids} They move
     * together, and one {@link Transaction} can change several of them. A kind that lives with another one lives where
     * that one's entity with the key as id lives. All entities of a key run on one node, so many keys spread better
     * than few. Say the same on every node, and for as long as the kind exists: its entities elsewhere are other ones.
     *
     * @param key makes a key of an id, the same one each time: 1 character at least. Called on any thread
     */
    public Kind<M> shardBy(UnaryOperator<String> key) {
        return with(options.in(
                options.shardSet(),
                options.shardKey()
                        .by(Objects.requireNonNull(
                                key, "shardBy needs a function: leave it out to spread entities by their ids"))));
    }

    /** {@return the name that its keys are hashed with, to find their shards} */
    String placement() {
        String host = options.shardKey().host();
        return host == null ? name : host;
    }

    /** {@return the message, for whom it is sent to} Throws if it is none of this kind. */
    <T> T checked(Object to, T message) {
        if (!protocol.isInstance(message)) {
            Objects.requireNonNull(message, () -> "a message to " + to + " is null: send an object");
            throw new IllegalArgumentException("a " + message.getClass().getName() + " is no message of " + this
                    + ", which takes " + protocol.getName());
        }
        return message;
    }

    /** {@return what is hashed of an id, to find its shard} */
    String shardKey(String id) {
        return options.shardKey().of(this, id);
    }

    /**
     * {@return the same kind, whose entities leave the memory when nobody has used them} The next message activates the
     * entity again: a volatile one with a new handler, a durable one from what is stored. Nothing that was sent is
     * lost. An entity with a timer or a stashed message stays.
     *
     * @param idle how long since its last message; it is noticed a quarter of that later at most, and a few tens of
     *     milliseconds
     * @throws IllegalArgumentException if it is shorter than a millisecond
     */
    public Kind<M> passivateAfter(Duration idle) {
        if (idle.compareTo(Duration.ofMillis(1)) < 0) {
            throw new IllegalArgumentException(
                    "passivateAfter (" + idle + ") of " + this + " must be 1 ms at least: leave it out for never");
        }
        return with(options.with(new Stay(idle.toNanos(), options.stay().most())));
    }

    /**
     * {@return the same kind, of which each node keeps so many entities in memory} What is more leaves as with {@link
     * #passivateAfter}, the least recently used first, within tens of milliseconds. Entities with waiting messages, a
     * timer, a stashed message or a commit under way stay, so there can be more for a while.
     *
     * @param entities the number
     * @throws IllegalArgumentException if it is less than 1
     */
    public Kind<M> maxActive(int entities) {
        if (entities < 1) {
            throw new IllegalArgumentException(
                    "maxActive (" + entities + ") of " + this + " must be 1 at least: leave it out for any number");
        }
        return with(options.with(new Stay(options.stay().idleNs(), entities)));
    }

    /**
     * {@return the same kind, whose failing handlers are restarted so often; {@link RestartLimit#DEFAULT} without it}
     *
     * @param limit how often, and after which wait
     * @throws IllegalArgumentException if the kind is durable: its handlers have no state that a restart could drop
     */
    public Kind<M> restarts(RestartLimit limit) {
        if (isDurable()) {
            throw new IllegalArgumentException(this + " is never restarted: a message that fails is tried "
                    + MAX_ATTEMPTS + " times on the state before it; leave restarts out");
        }
        return with(options.with(Objects.requireNonNull(limit)));
    }

    /**
     * {@return the same kind, whose entities have mailboxes of this size; {@link #DEFAULT_MAILBOX} and REJECT without
     * it} What has no place is a dead letter and its sender is told that it failed, under every guarantee above
     * AT_MOST_ONCE; for a durable kind it is settled in the log first. It has had no effect.
     *
     * @param capacity messages that may wait for one entity, 1 to {@value #MAX_MAILBOX}; the one at hand does not count
     * @param overflow which message goes when there are more; BLOCK_SENDER waits for {@link #DEFAULT_BLOCK} first
     * @throws IllegalArgumentException if the capacity is out of range
     */
    public Kind<M> mailbox(int capacity, Overflow overflow) {
        if (capacity < 1 || capacity > MAX_MAILBOX) {
            throw new IllegalArgumentException(
                    "the mailbox of " + this + " must hold 1 to " + MAX_MAILBOX + " messages, not " + capacity);
        }
        return with(options.with(new Mailbox(
                capacity,
                Objects.requireNonNull(overflow),
                overflow == Overflow.BLOCK_SENDER ? DEFAULT_BLOCK.toNanos() : 0)));
    }

    /**
     * {@return the same kind, whose actors have mailboxes of this size, and whose senders wait for room} {@link
     * Overflow#BLOCK_SENDER}: for local actors; a node does not take it for entities, whose senders may be elsewhere.
     *
     * @param capacity messages that may wait for one actor, 1 to {@value #MAX_MAILBOX}; the one at hand does not count
     * @param limit    how long one sender waits, 1 ms to a minute; then its message is rejected
     * @throws IllegalArgumentException if the capacity or the limit is out of range
     */
    public Kind<M> mailboxBlocking(int capacity, Duration limit) {
        if (limit.compareTo(Duration.ofMillis(1)) < 0 || limit.compareTo(LONGEST_BLOCK) > 0) {
            throw new IllegalArgumentException("senders of " + this + " can wait for 1 ms to "
                    + LONGEST_BLOCK.toSeconds() + " s, not for " + limit);
        }
        Kind<M> sized = mailbox(capacity, Overflow.BLOCK_SENDER);
        return sized.with(sized.options.with(new Mailbox(capacity, Overflow.BLOCK_SENDER, limit.toNanos())));
    }

    /**
     * {@return the same kind, which does this while its node reaches no majority of the voters} STOP without it.
     *
     * @param what what its actors do then
     * @throws IllegalArgumentException if the kind is durable and is to go on, for its effects need the majority; or if
     *     it is volatile and is to be read, for it keeps nothing
     */
    public Kind<M> onQuorumLoss(QuorumLoss what) {
        if (isDurable() && what == QuorumLoss.CONTINUE_UNFENCED) {
            throw new IllegalArgumentException(this
                    + " cannot go on without a majority, for its effects are committed by one: use SERVE_READS or STOP,"
                    + " or a volatile kind");
        }
        if (!isDurable() && what == QuorumLoss.SERVE_READS) {
            throw new IllegalArgumentException(this
                    + " keeps nothing that could be read without a majority: use CONTINUE_UNFENCED or STOP, or a"
                    + " durable kind");
        }
        return with(options.with(Objects.requireNonNull(what)));
    }

    /**
     * {@return the same kind, whose handlers run on an executor of the caller's} For handlers that block: those of
     * other kinds do not notice. The executor must run what it is given on other threads than the caller's, and stays
     * the caller's to close. When it refuses an entity's turn, the node tries again some tens of milliseconds later. A
     * shard moves only when none of its handlers runs: one that blocks for longer than {@code moveTimeout} keeps it
     * here.
     *
     * @param executor where turns run; each handles a batch of messages of one entity
     * @throws IllegalArgumentException if the kind is {@link #nonBlocking}
     */
    public Kind<M> on(Executor executor) {
        if (options.nonBlocking()) {
            throw new IllegalArgumentException(this
                    + " is nonBlocking and cannot run on an executor, which is for handlers that block: leave one of"
                    + " the two out");
        }
        return with(
                options.on(Objects.requireNonNull(executor, "on needs an executor: leave it out for the node's own")));
    }

    /**
     * {@return the same kind, whose handlers never wait} Not for a lock, a disk, a future or another actor, not in
     * {@code preStart} or {@code postStop} either, and each call takes microseconds. Then an entity that has nothing
     * else to do may handle a message of another node on the thread that has read it, and its answer is written by that
     * thread: who asks one thing after the other is answered without the way to another thread and back. Under a load
     * most turns run on the node's dispatcher, as those of other kinds.
     *
     * <p>While such a handler runs, nothing else that comes from other nodes is read. An {@code ask(...).join()} in it
     * waits for an answer that nobody can read. If turns of a kind take long three times in a minute, they run on the
     * dispatcher from then on, and the log says so.
     *
     * @throws IllegalArgumentException if the kind runs on an executor
     */
    public Kind<M> nonBlocking() {
        if (options.executor() != null) {
            throw new IllegalArgumentException(this
                    + " runs on an executor, which is for handlers that block, and cannot be nonBlocking: leave one of"
                    + " the two out");
        }
        return with(options.withoutWaiting());
    }

    /**
     * {@return the same kind, whose actors exist from their spawn on and not from their first message} They are made by
     * {@link ClusterActorSystem#actorOf} under a name that is theirs in the whole cluster, and come back on another
     * node when theirs is lost; an address of a name that nobody bears leads to nobody. Say it on every node.
     *
     * @param handler the class that {@code actorOf} is called with; of several kinds for one class each is in a set of
     *     its own
     * @throws IllegalArgumentException if the kind is durable, or its messages are of a class of the JDK: then what the
     *     node itself tells its actors could be taken for one
     */
    public Kind<M> spawnedAs(Class<? extends Handler<M>> handler) {
        if (isDurable()) {
            throw new IllegalArgumentException(this + " cannot be spawned as "
                    + Objects.requireNonNull(handler).getName()
                    + ": a durable entity is there from its first message on, and for ever; use entity(kind, id)");
        }
        if (protocol.getName().startsWith("java.")) {
            throw new IllegalArgumentException(
                    this + " cannot be spawned as " + handler.getName() + ": its messages are " + protocol.getName()
                            + "; give it a protocol of your own, such as a record");
        }
        return new Kind<>(name, protocol, null, handlers, null, Objects.requireNonNull(handler), options);
    }

    /** What runs on a node for the actors of this kind, if they are spawned: each looks for its name first. */
    Kind<Object> named(NamedActor.Names names) {
        return new Kind<>(name, Object.class, null, () -> new NamedActor<>(this, names), null, handlerType, options);
    }

    @Nullable
    Class<?> handlerType() {
        return handlerType;
    }

    private Kind<M> with(KindOptions other) {
        return new Kind<>(name, protocol, stateType, handlers, statefulHandlers, handlerType, other);
    }

    KindOptions options() {
        return options;
    }

    /** {@return the set on whose shards its actors live} */
    public ShardSet shardSet() {
        return options.shardSet();
    }

    /** {@return its name} */
    public String name() {
        return name;
    }

    /** {@return the type of its messages} */
    public Class<M> protocol() {
        return protocol;
    }

    /** {@return true if its state is kept in the cluster's log} */
    public boolean isDurable() {
        return statefulHandlers != null;
    }

    @Nullable
    Class<?> stateType() {
        return stateType;
    }

    Handler<M> newHandler() {
        return Objects.requireNonNull(
                Objects.requireNonNull(handlers).get(), () -> "the supplier of handlers of " + this + " returned null");
    }

    /** The state type is the handler's own: what is stored under this kind was made by it. */
    @SuppressWarnings("unchecked")
    StatefulHandler<Object, M> newStatefulHandler() {
        return (StatefulHandler<Object, M>)
                Objects.requireNonNull(statefulHandlers).get();
    }

    @Override
    public String toString() {
        return (isDurable() ? "durable kind " : "kind ") + name;
    }
}
