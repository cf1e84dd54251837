package io.troupe.actors;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

import io.troupe.cluster.MessageId;
import io.troupe.metadata.SessionId;
import org.jspecify.annotations.Nullable;

/** The actors that were spawned in this process, each under a name that it has to itself while it lives. Any thread. */
final class LocalActors implements Home, LocalCell.Above {
    /** Actors at one time, without their children. */
    static final int MAX_ACTORS = 10_000_000;

    /** Kinds of them; each is known for as long as the system lives. */
    static final int MAX_KINDS = 10_000;

    /** Stands where the kind would, for actors without one. */
    private static final String NO_KIND = "local";

    /** Not a shard of any cluster. */
    private static final int NO_SHARD = -1;

    private static final long WAKE_NS = 10_000_000;

    private final ActorSystem system;
    private final String name;
    private final ActorRuntime runtime;
    private final KindHost withoutKind;
    private final Map<String, KindHost> kinds = new ConcurrentHashMap<>();
    private final Map<EntityId, LocalCell<?>> byId = new ConcurrentHashMap<>();
    /** Turns that have begun; what has ended is never more. */
    private final LongAdder entered = new LongAdder();

    private final LongAdder left = new LongAdder();
    private final LongAdder abandoned = new LongAdder();
    private final AtomicLong questions = new AtomicLong();
    /** Only actors may send. */
    private volatile boolean stopping;
    /** Nobody lives any more, and nobody will be told anything by the threads of the system. */
    private volatile boolean closed;

    LocalActors(ActorSystem system, String name, ActorRuntime runtime) {
        this.system = system;
        this.name = name;
        this.runtime = runtime;
        withoutKind = new KindHost(
                Kind.of(NO_KIND, Object.class, () -> {
                    throw new IllegalStateException("its handler is given");
                }),
                runtime);
    }

    @Override
    public ActorSystem system() {
        return system;
    }

    @Override
    public LocalActors locals() {
        return this;
    }

    <M> Pid<M> spawn(Kind<M> kind, String id) {
        return spawn(kindHost(kind), null, id);
    }

    <M> Pid<M> spawn(Handler<M> handler, String id) {
        return spawn(withoutKind, Objects.requireNonNull(handler, "spawn needs a handler"), id);
    }

    private <M> Pid<M> spawn(KindHost kind, @Nullable Handler<M> handler, String id) {
        EntityId entity = new EntityId(kind.kind.name(), checked(id, "id of an actor"));
        if (stopping) {
            throw stopped(entity);
        }
        if (byId.size() >= MAX_ACTORS) {
            throw new IllegalStateException("system " + name + " has " + MAX_ACTORS + " actors, one more (" + entity
                    + ") is too many: end some");
        }
        LocalCell<M> cell = new LocalCell<>(entity, this, kind, handler, this);
        if (byId.putIfAbsent(entity, cell) != null) {
            throw new IllegalArgumentException("the name " + entity + " is taken in system " + name
                    + ": choose another id, or wait until that actor has ended");
        }
        kind.onAdded();
        if (stopping) { // whoever stopped the others may have missed it
            cell.end();
            throw stopped(entity);
        }
        cell.wake();
        return cell.self();
    }

    private IllegalStateException stopped(EntityId entity) {
        return new IllegalStateException("system " + name + " is being stopped: it cannot spawn " + entity);
    }

    /** One segment of an actor's name. */
    static String checked(String id, String what) {
        int length = id.getBytes(StandardCharsets.UTF_8).length;
        if (length == 0 || length > Envelope.MAX_ID_LENGTH || id.indexOf('/') >= 0) {
            throw new IllegalArgumentException("the " + what + " must have 1 to " + Envelope.MAX_ID_LENGTH
                    + " bytes without '/', not '" + (length > Envelope.MAX_ID_LENGTH ? length + " bytes" : id) + "'");
        }
        return id;
    }

    /** What this process has for a kind; refuses kinds that need more than this process. */
    KindHost kindHost(Kind<?> kind) {
        if (kind.isDurable()) {
            throw new IllegalArgumentException(kind
                    + " cannot be spawned: its state is kept in the log of a cluster; start a ClusterActorSystem and use"
                    + " entity(kind, id)");
        }
        if (kind.options().stay().isLimited()) {
            throw new IllegalArgumentException(kind
                    + " cannot be spawned: a local actor that leaves the memory has ended; leave out passivateAfter and"
                    + " maxActive, or use entity(kind, id) of a ClusterActorSystem");
        }
        KindHost known = kinds.get(kind.name());
        if (known == null && kinds.size() >= MAX_KINDS) {
            throw new IllegalStateException("system " + name + " has spawned actors of " + MAX_KINDS
                    + " kinds, one more (" + kind.name() + ") is too many: a kind is for many actors");
        }
        if (known == null) {
            KindHost made = new KindHost(kind, runtime);
            known = kinds.putIfAbsent(kind.name(), made);
            if (known == null) {
                known = made;
            }
        }
        if (known.kind != kind) {
            throw new IllegalArgumentException("another kind named " + kind.name() + " was spawned in system " + name
                    + ": make a kind once and keep it, and name each differently");
        }
        return known;
    }

    /** For actors whose handler is given. */
    KindHost withoutKind() {
        return withoutKind;
    }

    int size() {
        return byId.size();
    }

    long abandoned() {
        return abandoned.sum();
    }

    void onAbandoned() {
        abandoned.increment();
    }

    boolean isClosed() {
        return closed;
    }

    /** {@return true if a message of the calling thread comes too late} */
    boolean refusesCaller() {
        return stopping && (closed || !Cell.isRunning());
    }

    /** An identity for a question of which only its asker ever hears. */
    MessageId newQuestionId() {
        return new MessageId(new SessionId(name, 0), NO_SHARD, questions.incrementAndGet());
    }

    void refuseOutsiders() {
        stopping = true;
    }

    /**
     * True if nothing waited and no turn ran at one moment: turns that had ended before the look are as many as had
     * begun after it.
     */
    boolean isQuiet() {
        long ended = left.sum();
        for (LocalCell<?> cell : byId.values()) {
            if (!cell.isQuiet()) {
                return false;
            }
        }
        return entered.sum() == ended;
    }

    /** Every actor ends after the message at hand. */
    void stop() {
        stopping = true;
        byId.values().forEach(LocalCell::end);
    }

    /** Call when no turn can begin any more: nobody is left waiting, not even for a handler that never returns. */
    void close() {
        stopping = true;
        closed = true;
        byId.values().forEach(LocalCell::abandonAll);
        for (Runnable timer : runtime.timers.takeAll()) {
            if (timer instanceof Question<?> question) {
                question.onClosed();
            }
        }
    }

    @Override
    public void onEnded(LocalCell<?> cell) {
        remove(cell);
    }

    @Override
    public boolean onEscalated(LocalCell<?> cell, Throwable failure) {
        return false;
    }

    @Override
    public void onHeldUp() {
        // It may always run.
    }

    @Override
    public boolean goesOnUnfenced() {
        return false;
    }

    @Override
    public boolean remove(Cell cell) {
        boolean removed = byId.remove(cell.id, cell);
        if (removed) {
            cell.kind.onRemoved();
        }
        return removed;
    }

    @Override
    public boolean mayRun() {
        return true;
    }

    @Override
    public boolean isHeld() {
        return true;
    }

    @Override
    public long epoch() {
        return 0;
    }

    @Override
    public void enter() {
        entered.increment();
    }

    @Override
    public void leave() {
        left.increment();
    }

    @Override
    public void wakeSoon(Cell cell) {
        runtime.timers.schedule(runtime.nanoTime() + WAKE_NS, cell::wake);
    }
}
