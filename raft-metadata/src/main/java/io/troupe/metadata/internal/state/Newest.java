package io.troupe.metadata.internal.state;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiPredicate;

import org.jspecify.annotations.Nullable;

/**
 * The newest version of a {@link KeyIndex}, with a hash table beside its pages: a look-up touches the memory of one key,
 * where a search of pages touches that of every key it compares with. No order is ever taken from the table. Confined to one
 * thread.
 *
 * <p>Invariant: the table has exactly the entries of the editor.
 *
 * @param <K> the keys
 * @param <V> the values
 */
final class Newest<K extends Comparable<K>, V> {
    private final KeyIndex.Editor<K, V> editor;
    private final Map<K, V> table;

    Newest(KeyIndex<K, V> from) {
        editor = from.edit();
        table = new HashMap<>(2 * from.size());
        from.visitFrom(null, (key, value) -> {
            table.put(key, value);
            return true;
        });
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

    KeyIndex<K, V> snapshot() {
        return editor.snapshot();
    }
}
