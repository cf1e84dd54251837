package io.troupe.transport.kryo;

import java.util.LinkedHashMap;
import java.util.Map;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** Maps: size, then every key and value with its class. */
final class MapSerializer extends Serializer<Object> {
    private final JdkCollections.FromEntries rebuild;

    MapSerializer(JdkCollections.FromEntries rebuild) {
        this.rebuild = rebuild;
    }

    @Override
    public void write(Kryo kryo, Output output, Object map) {
        writeEntries(kryo, output, (Map<?, ?>) map);
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<?> type) {
        Map<@Nullable Object, @Nullable Object> entries = new LinkedHashMap<>();
        readEntries(kryo, input, entries);
        return rebuild.apply(entries);
    }

    static void writeEntries(Kryo kryo, Output output, Map<?, ?> map) {
        output.writeVarInt(map.size(), true);
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            kryo.writeClassAndObject(output, entry.getKey());
            kryo.writeClassAndObject(output, entry.getValue());
        }
    }

    static void readEntries(Kryo kryo, Input input, Map<@Nullable Object, @Nullable Object> into) {
        int size = Sizes.read(input, 2);
        for (int i = 0; i < size; i++) {
            Object key = kryo.readClassAndObject(input);
            into.put(key, kryo.readClassAndObject(input));
        }
    }
}
