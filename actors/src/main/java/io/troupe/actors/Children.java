package io.troupe.actors;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

import org.jspecify.annotations.Nullable;

/**
 * The local actors that one actor has spawned. They run wherever it may run, and end with the handler that has spawned
 * them; the next one starts when all have ended, so a name is never borne by two at a time. Spawning and ending are
 * confined to the turns of the parent; what children say comes from any thread.
 */
final class Children implements LocalCell.Above {
    /** Children of one actor. */
    static final int MAX_CHILDREN = 1_000;

    private final VolatileCell<?> parent;
    /** Until they have ended. */
    private final Map<String, LocalCell<?>> byName = new ConcurrentHashMap<>();

    private final ConcurrentLinkedQueue<Failure> failures = new ConcurrentLinkedQueue<>();
    /** All are told to end; the parent waits until they have. */
    private volatile boolean ending;
    /** One of them, or below them, has found that it may not run now. */
    private volatile boolean heldUp;

    /**
     * A failure that a child leaves to its parent.
     *
     * @param child the child, which waits for the decision
     * @param cause what was thrown
     */
    record Failure(LocalCell<?> child, Throwable cause) {}

    Children(VolatileCell<?> parent) {
        this.parent = parent;
    }

    <C> Pid<C> spawn(String name, @Nullable Kind<C> kind, @Nullable Handler<C> handler) {
        String id = parent.id.id() + '/' + LocalActors.checked(name, "name of a child of " + parent.id);
        if (byName.containsKey(name)) {
            throw new IllegalArgumentException(parent.id + " has a child named " + name
                    + ": choose another name, or wait until that one has ended");
        }
        if (byName.size() >= MAX_CHILDREN) {
            throw new IllegalStateException(parent.id + " has " + MAX_CHILDREN + " children, one more (" + name
                    + ") is too many: end some, or use entities");
        }
        KindHost host = kind == null ? locals().withoutKind() : locals().kindHost(kind);
        LocalCell<C> child = new LocalCell<>(new EntityId(parent.id.kind(), id), parent.home, host, handler, this);
        byName.put(name, child);
        host.onAdded();
        child.wake();
        return child.self();
    }

    /** Ends one of them; without effect if it has ended. */
    void end(Pid<?> child) {
        if (!(child instanceof LocalPid<?> local) || local.cell().above() != this) {
            throw notMine(parent.id, child);
        }
        local.cell().end();
    }

    static IllegalArgumentException notMine(EntityId parent, Pid<?> child) {
        return new IllegalArgumentException(child + " is no child of " + parent
                + ": an actor is ended by its parent, or by itself; send it a message");
    }

    /** Ends all of them, because the handler that has spawned them has ended. */
    void endAll() {
        failures.clear();
        if (!byName.isEmpty()) {
            ending = true;
            byName.values().forEach(LocalCell::end);
        }
    }

    /** {@return true while the parent has to wait for ends} */
    boolean areEnding() {
        return ending && !byName.isEmpty();
    }

    /** {@return true from an {@link #endAll} until its end is taken} */
    boolean isWaitedFor() {
        return ending;
    }

    /** {@return true once after an {@link #endAll} that is over} */
    boolean takeEnded() {
        boolean over = ending && byName.isEmpty();
        if (over) {
            ending = false;
            failures.clear(); // of those that have ended since
        }
        return over;
    }

    boolean isEmpty() {
        return byName.isEmpty();
    }

    boolean areQuiet() {
        return failures.isEmpty() && byName.values().stream().allMatch(LocalCell::isQuiet);
    }

    void abandonAll() {
        byName.values().forEach(LocalCell::abandonAll);
    }

    @Nullable
    Failure pollFailure() {
        return failures.poll();
    }

    boolean hasFailure() {
        return !failures.isEmpty();
    }

    /** Call when the parent runs: whoever could not run before can now. */
    void wakeHeldUp() {
        if (heldUp) {
            heldUp = false;
            byName.values().forEach(Cell::wake);
        }
    }

    @Override
    public void onHeldUp() {
        heldUp = true;
        parent.onHeldUp();
    }

    @Override
    public boolean goesOnUnfenced() {
        return parent.goesOnUnfenced();
    }

    @Override
    public ActorSystem system() {
        return parent.self().system();
    }

    @Override
    public LocalActors locals() {
        return parent.locals();
    }

    @Override
    public void onEnded(LocalCell<?> child) {
        String id = child.id.id();
        if (byName.remove(id.substring(id.lastIndexOf('/') + 1), child)) {
            child.kind.onRemoved();
        }
        if (ending && byName.isEmpty()) {
            parent.wake();
        }
    }

    @Override
    public boolean onEscalated(LocalCell<?> child, Throwable failure) {
        failures.add(new Failure(Objects.requireNonNull(child), failure));
        parent.wake();
        return true;
    }
}
