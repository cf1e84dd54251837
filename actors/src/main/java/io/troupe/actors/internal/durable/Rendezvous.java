package io.troupe.actors.internal.durable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The meeting of the entities of one transaction. Each arrives with what its handler has decided, and waits for the
 * others; with the last one all go on together, and the next round begins: a transaction whose commit was refused
 * brings its entities here once more. It can be over before: then nobody waits, and who comes later goes on at once.
 * Pure; guarded by its caller.
 *
 * <p>Nobody waits for ever. The transactions of a shard come to all mailboxes in one order, and each entity keeps it:
 * what is refused goes back to the head. An entity that waits here leaves when the store has answered something that it
 * proposed before, for that may be an earlier transaction that others wait for again; then it comes back. So of all
 * transactions that are not over, the one that came first has no entity that waits elsewhere for good.
 *
 * @param <V> what an entity arrives with
 */
public final class Rendezvous<V> {
    /** By entity; null for those that are yet to come. */
    private final @Nullable Object[] arrived;
    /** Always the number of nulls in {@link #arrived}. */
    private int missing;

    private boolean over;

    /** What follows from an arrival. */
    public enum Step {
        /** Wait: somebody has yet to come. */
        WAIT,
        /** All are here: take what they came with. */
        ALL,
        /** There is no such meeting any more: go on. */
        OVER
    }

    /**
     * A meeting.
     *
     * @param entities how many, 1 at least
     */
    public Rendezvous(int entities) {
        arrived = new Object[entities];
        missing = entities;
    }

    /**
     * An entity has come.
     *
     * @param entity its number, from 0
     * @param with   what it brings
     * @return what it has to do
     * @throws IllegalStateException if it is here already
     */
    public Step arrive(int entity, V with) {
        if (over) {
            return Step.OVER;
        }
        if (arrived[entity] != null) {
            throw new IllegalStateException("entity " + entity + " of a transaction has come twice: with "
                    + arrived[entity] + " and with " + with);
        }
        arrived[entity] = Objects.requireNonNull(with);
        missing--;
        return missing == 0 ? Step.ALL : Step.WAIT;
    }

    /**
     * An entity that waits has something else to do first.
     *
     * @param entity its number
     * @return true if it is not here any more; false if it does not wait: the others have gone on with it, or are about
     *     to
     */
    public boolean leave(int entity) {
        if (!isWaiting(entity)) {
            return false;
        }
        arrived[entity] = null;
        missing++;
        return true;
    }

    /**
     * {@return true if an entity waits for others}
     *
     * @param entity its number
     */
    public boolean isWaiting(int entity) {
        return arrived[entity] != null && missing > 0;
    }

    /**
     * {@return what all came with, in the order of their numbers} The next round begins.
     *
     * @throws IllegalStateException if somebody has yet to come
     */
    public List<V> takeAll() {
        if (missing > 0) {
            throw new IllegalStateException(missing + " entities of a transaction have yet to come");
        }
        return take();
    }

    /**
     * {@return what those who wait came with: let them go on; empty if it was over before} Nobody is waited for any
     * more.
     */
    public List<V> end() {
        over = true;
        return take();
    }

    /** {@return true if nobody is waited for any more} */
    public boolean isOver() {
        return over;
    }

    @SuppressWarnings("unchecked") // only arrive writes
    private List<V> take() {
        List<V> taken = new ArrayList<>(arrived.length);
        for (Object with : arrived) {
            if (with != null) {
                taken.add((V) with);
            }
        }
        Arrays.fill(arrived, null);
        missing = arrived.length;
        return taken;
    }
}
