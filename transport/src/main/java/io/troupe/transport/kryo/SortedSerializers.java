package io.troupe.transport.kryo;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.TreeSet;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** Collections with an order: the comparator travels with them, so its class must be registered. */
@SuppressWarnings("NonApiType") // A serializer is for exactly one class.
final class SortedSerializers {
    private SortedSerializers() {}

    /** {@link TreeSet}. */
    static final class OfSet extends Serializer<TreeSet<Object>> {
        @Override
        public void write(Kryo kryo, Output output, TreeSet<Object> set) {
            kryo.writeClassAndObject(output, set.comparator());
            CollectionSerializer.writeElements(kryo, output, set);
        }

        @Override
        public TreeSet<Object> read(Kryo kryo, Input input, Class<? extends TreeSet<Object>> type) {
            TreeSet<Object> set = new TreeSet<>(comparator(kryo, input));
            set.addAll(CollectionSerializer.readElements(kryo, input));
            return set;
        }
    }

    /** {@link PriorityQueue}. */
    static final class OfQueue extends Serializer<PriorityQueue<Object>> {
        @Override
        public void write(Kryo kryo, Output output, PriorityQueue<Object> queue) {
            kryo.writeClassAndObject(output, queue.comparator());
            CollectionSerializer.writeElements(kryo, output, queue);
        }

        @Override
        public PriorityQueue<Object> read(Kryo kryo, Input input, Class<? extends PriorityQueue<Object>> type) {
            PriorityQueue<Object> queue = new PriorityQueue<>(comparator(kryo, input));
            queue.addAll(CollectionSerializer.readElements(kryo, input));
            return queue;
        }
    }

    /** {@link TreeMap}. */
    static final class OfMap extends Serializer<TreeMap<@Nullable Object, @Nullable Object>> {
        @Override
        public void write(Kryo kryo, Output output, TreeMap<@Nullable Object, @Nullable Object> map) {
            kryo.writeClassAndObject(output, map.comparator());
            MapSerializer.writeEntries(kryo, output, map);
        }

        @Override
        public TreeMap<@Nullable Object, @Nullable Object> read(
                Kryo kryo, Input input, Class<? extends TreeMap<@Nullable Object, @Nullable Object>> type) {
            TreeMap<@Nullable Object, @Nullable Object> map = new TreeMap<>(comparator(kryo, input));
            MapSerializer.readEntries(kryo, input, map);
            return map;
        }
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Comparator<@Nullable Object> comparator(Kryo kryo, Input input) {
        return (Comparator<@Nullable Object>) kryo.readClassAndObject(input);
    }
}
