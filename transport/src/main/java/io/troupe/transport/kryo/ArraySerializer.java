package io.troupe.transport.kryo;

import java.lang.reflect.Array;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Arrays of objects. Every element takes a byte or more, so the declared length can be checked before it is believed.
 */
final class ArraySerializer extends Serializer<Object[]> {
    private final Class<?> component;

    ArraySerializer(Class<?> component) {
        this.component = component;
    }

    @Override
    public void write(Kryo kryo, Output output, Object[] array) {
        output.writeVarInt(array.length, true);
        boolean exact = kryo.isFinal(component);
        for (Object element : array) {
            if (exact) {
                kryo.writeObjectOrNull(output, element, component);
            } else {
                kryo.writeClassAndObject(output, element);
            }
        }
    }

    @Override
    public Object[] read(Kryo kryo, Input input, Class<? extends Object[]> type) {
        BoundedInput bounded = Sizes.bounded(input);
        Object[] array = (Object[]) Array.newInstance(component, bounded.beginElements());
        boolean exact = kryo.isFinal(component);
        for (int i = 0; i < array.length; i++) {
            bounded.beginElement();
            array[i] = exact ? kryo.readObjectOrNull(input, component) : kryo.readClassAndObject(input);
        }
        return array;
    }
}
