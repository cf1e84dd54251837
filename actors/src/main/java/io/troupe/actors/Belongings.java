package io.troupe.actors;

import org.jspecify.annotations.Nullable;

/**
 * What one actor has beside its mailbox: timers, watches, children and a stash, each made when it is used first. All
 * but the stash belongs to the handler and ends with it. Confined to the actor's turns, but for what asks.
 */
final class Belongings<M> {
    private final VolatileCell<M> cell;
    private volatile @Nullable EntityTimers<M> timers;
    private volatile @Nullable Watches<M> watches;
    private volatile @Nullable Children children;
    private volatile @Nullable Stash stash;

    Belongings(VolatileCell<M> cell) {
        this.cell = cell;
    }

    EntityTimers<M> timers() {
        EntityTimers<M> known = timers;
        if (known == null) {
            known = new EntityTimers<>(cell, cell.kind.runtime.timers);
            timers = known;
        }
        return known;
    }

    Watches<M> watches() {
        Watches<M> known = watches;
        if (known == null) {
            known = new Watches<>(cell);
            watches = known;
        }
        return known;
    }

    Children children() {
        Children known = children;
        if (known == null) {
            known = new Children(cell);
            children = known;
        }
        return known;
    }

    Stash stash() {
        Stash known = stash;
        if (known == null) {
            known = new Stash();
            stash = known;
        }
        return known;
    }

    /** {@return the children, if there have ever been some} */
    @Nullable
    Children childrenOrNull() {
        return children;
    }

    /** A message of its own whose time has come: that of a timer, or of a watched actor's end. */
    @Nullable
    M pollDue() {
        EntityTimers<M> set = timers;
        M due = set == null ? null : set.poll();
        if (due != null) {
            return due;
        }
        Watches<M> watched = watches;
        return watched == null ? null : watched.poll();
    }

    /** What was stashed and taken back. */
    @Nullable
    Mail pollStashed() {
        Stash aside = stash;
        return aside == null ? null : aside.poll();
    }

    /** {@return true if something of it is to be handled now} */
    boolean hasNext() {
        EntityTimers<M> set = timers;
        Watches<M> watched = watches;
        Stash aside = stash;
        Children under = children;
        return (set != null && set.hasDue())
                || (watched != null && watched.hasDue())
                || (aside != null && aside.hasNext())
                || (under != null && under.hasFailure());
    }

    /** {@return true if none of it keeps the actor in the memory} */
    boolean areNone() {
        return !mustEnd() && !hasStashed();
    }

    boolean hasStashed() {
        Stash aside = stash;
        return aside != null && !aside.isEmpty();
    }

    /** {@return true if something would go on after the handler} */
    boolean mustEnd() {
        EntityTimers<M> set = timers;
        Watches<M> watched = watches;
        Children under = children;
        return (set != null && !set.isEmpty())
                || (watched != null && !watched.isEmpty())
                || (under != null && !under.isEmpty());
    }

    /** {@return true while the actor has to wait for the ends of its last handler's children} */
    boolean areEnding() {
        Children under = children;
        return under != null && under.areEnding();
    }

    /** {@return true until the end of such a wait is taken} */
    boolean waitsForEnds() {
        Children under = children;
        return under != null && under.isWaitedFor();
    }

    /** {@return true once after such a wait} */
    boolean takeEnded() {
        Children under = children;
        return under != null && under.takeEnded();
    }

    /** The handler has ended: what it had goes with it, and what was stashed is for the next one. */
    void onHandlerEnded() {
        EntityTimers<M> set = timers;
        if (set != null) {
            set.clear();
        }
        Watches<M> watched = watches;
        if (watched != null) {
            watched.clear();
        }
        Children under = children;
        if (under != null) {
            under.endAll();
        }
        Stash aside = stash;
        if (aside != null) {
            aside.takeBack();
        }
    }
}
