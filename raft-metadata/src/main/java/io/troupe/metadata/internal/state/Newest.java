package io.troupe.metadata.internal.state;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiPredicate;
import java.util.function.ToLongFunction;

import org.jspecify.annotations.Nullable;

/**
 * The newest version of a {@link KeyIndex}, with a hash table beside its pages: a look-up touches the memory of one
 * key, where a search of pages touches that of every key it compares with. No order is ever taken from the table.
 * Confined to one thread, but for what snapshots read in the table.
 *
 * <p>Where values know the revision that they are of, snapshots look into the table first, from any thread. A value
 * there that is not newer than the snapshot is the snapshot's own: every change behind a snapshot gives its key a newer
 * value, or takes it out. Any other answer, also none, is for the pages.
 *
 * <p>Invariant: the table has exactly the entries of the editor.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class Newest<K extends Comparable<K>, V> {
    private final KeyIndex.Editor<K, V> editor;
    private final Map<K, V> table;
    private final @Nullable ToLongFunction<V> revisionOf;

    private Newest(KeyIndex<K, V> from, Map<K, V> table, @Nullable ToLongFunction<V> revisionOf) {
        editor = from.edit();
        this.table = table;
        this.revisionOf = revisionOf;
        from.visitFrom(null, (key, value) -> {
            table.put(key, value);
            return true;
        });
    }

    /** Of values that do not know their revision: only its own thread uses the table. */
    static <K extends Comparable<K>, V> Newest<K, V> of(KeyIndex<K, V> from) {
        return new Newest<>(from, new HashMap<>(2 * from.size()), null);
    }

    /**
     * Of values that know their revision.
     *
     * @param revisionOf the revision of a value, above that of every snapshot taken before it was put
     */
    static <K extends Comparable<K>, V> Newest<K, V> of(KeyIndex<K, V> from, ToLongFunction<V> revisionOf) {
        return new Newest<>(from, new ConcurrentHashMap<>(from.size()), revisionOf);
    }

    @Nullable
    V get(K key) {
        return table.get(key);
    }

    /** Adds or replaces; of two equal keys the earlier one is kept. */
    void put(K key, V value) {
        editor.put(key, value);
        table.put(key, value);
    }

    /** {@return the removed value, or null if there was none} */
    @Nullable
    V remove(K key) {
        V removed = table.remove(key);
        if (removed != null) {
            editor.remove(key);
        }
        return removed;
    }

    /** See {@link KeyIndex.Editor#visitFrom}. */
    void visitFrom(@Nullable K low, BiPredicate<? super K, ? super V> visitor) {
        editor.visitFrom(low, visitor);
    }

    /**
     * {@return the index as it is now}
     *
     * @param revision of the newest value in it, or higher; the next one put has a higher one
     */
    KeyIndex<K, V> snapshot(long revision) {
        KeyIndex<K, V> pages = editor.snapshot();
        return revisionOf == null ? pages : pages.behind(new Front<>(table, revisionOf, revision));
    }

    /** What a snapshot looks into before it searches its pages. Any thread. */
    record Front<K, V>(Map<K, V> table, ToLongFunction<V> revisionOf, long revision) {
        @Nullable
        V get(Object key) {
            V newest = table.get(key);
            return newest != null && revisionOf.applyAsLong(newest) <= revision ? newest : null;
        }
    }
}
