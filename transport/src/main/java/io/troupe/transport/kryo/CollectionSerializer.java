package io.troupe.transport.kryo;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/**
 * Collections: size, then every element with its class. Kryo's own serializer writes the class once for elements of one
 * class; then an element may take no byte at all, and a declared size could not be checked.
 */
final class CollectionSerializer extends Serializer<Object> {
    private final JdkCollections.FromElements rebuild;

    CollectionSerializer(JdkCollections.FromElements rebuild) {
        this.rebuild = rebuild;
    }

    @Override
    public void write(Kryo kryo, Output output, Object collection) {
        writeElements(kryo, output, (Collection<?>) collection);
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<?> type) {
        return rebuild.apply(readElements(kryo, input));
    }

    static void writeElements(Kryo kryo, Output output, Collection<?> collection) {
        output.writeVarInt(collection.size(), true);
        for (Object element : collection) {
            kryo.writeClassAndObject(output, element);
        }
    }

    static List<@Nullable Object> readElements(Kryo kryo, Input input) {
        BoundedInput bounded = Sizes.bounded(input);
        int size = bounded.beginElements();
        List<@Nullable Object> elements = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            bounded.beginElement();
            elements.add(kryo.readClassAndObject(input));
        }
        return elements;
    }
}
