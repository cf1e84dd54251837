package io.troupe.transport.kryo;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Registration;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

/** Collections that know the enum of their elements even when empty. */
@SuppressWarnings("NonApiType") // A serializer is for exactly one class.
final class EnumCollections {
    private EnumCollections() {}

    /** Stands for "some enum" where the compiler wants one; no value is ever cast to it. */
    enum Any {}

    /** {@link EnumSet}. */
    static final class OfSet<E extends Enum<E>> extends Serializer<EnumSet<E>> {
        @Override
        public void write(Kryo kryo, Output output, EnumSet<E> set) {
            // An empty set does not tell its enum, but the set of all that is missing has elements that do.
            EnumSet<?> telling = set.isEmpty() ? EnumSet.complementOf(set) : set;
            if (telling.isEmpty()) {
                throw new KryoException("a set of an enum without constants cannot be sent");
            }
            Enum<?> constant = telling.iterator().next();
            kryo.writeClass(output, constant.getDeclaringClass());
            output.writeVarInt(set.size(), true);
            for (Enum<?> element : set) {
                writeConstant(output, element);
            }
        }

        @Override
        public EnumSet<E> read(Kryo kryo, Input input, Class<? extends EnumSet<E>> type) {
            Class<E> enumType = enumType(kryo, input);
            E[] constants = enumType.getEnumConstants();
            EnumSet<E> set = EnumSet.noneOf(enumType);
            int size = Sizes.read(input, 1);
            for (int i = 0; i < size; i++) {
                set.add(constant(constants, input));
            }
            return set;
        }
    }

    /** {@link EnumMap}. */
    static final class OfMap<E extends Enum<E>> extends Serializer<EnumMap<E, @Nullable Object>> {
        @Override
        public void write(Kryo kryo, Output output, EnumMap<E, @Nullable Object> map) {
            kryo.writeClass(output, KeyTypeFinder.keyType(map));
            output.writeVarInt(map.size(), true);
            for (Map.Entry<? extends Enum<?>, @Nullable Object> entry : map.entrySet()) {
                writeConstant(output, entry.getKey());
                kryo.writeClassAndObject(output, entry.getValue());
            }
        }

        @Override
        public EnumMap<E, @Nullable Object> read(
                Kryo kryo, Input input, Class<? extends EnumMap<E, @Nullable Object>> type) {
            Class<E> enumType = enumType(kryo, input);
            E[] constants = enumType.getEnumConstants();
            EnumMap<E, @Nullable Object> map = new EnumMap<>(enumType);
            int size = Sizes.read(input, 2);
            for (int i = 0; i < size; i++) {
                E key = constant(constants, input);
                map.put(key, kryo.readClassAndObject(input));
            }
            return map;
        }
    }

    @SuppressWarnings("EnumOrdinal") // As for every enum here: changed constants mean a new class id.
    private static void writeConstant(Output output, Enum<?> constant) {
        output.writeVarInt(constant.ordinal(), true);
    }

    private static <E> E constant(E[] constants, Input input) {
        int ordinal = input.readVarInt(true);
        if (ordinal < 0 || ordinal >= constants.length) {
            throw new KryoException("an enum of " + constants.length + " constants has no constant " + ordinal);
        }
        return constants[ordinal];
    }

    @SuppressWarnings("unchecked")
    private static <E extends Enum<E>> Class<E> enumType(Kryo kryo, Input input) {
        Registration registration = kryo.readClass(input);
        if (registration == null || !registration.getType().isEnum()) {
            throw new KryoException("an enum collection of a class that is no enum");
        }
        return (Class<E>) registration.getType();
    }

    /**
     * Finds the enum of an empty map. The map keeps it in a field that only Java serialization may read, so the map is
     * serialized to nowhere and the stream is asked which classes it met. Nothing is ever read back.
     */
    private static final class KeyTypeFinder extends ObjectOutputStream {
        private @Nullable Class<?> found;

        private KeyTypeFinder() throws IOException {
            super(OutputStream.nullOutputStream());
        }

        static Class<?> keyType(EnumMap<?, ?> map) {
            if (!map.isEmpty()) {
                return map.keySet().iterator().next().getDeclaringClass();
            }
            try (KeyTypeFinder finder = new KeyTypeFinder()) {
                finder.writeObject(map);
                Class<?> type = finder.found;
                if (type != null) {
                    return type;
                }
            } catch (IOException failure) {
                throw new KryoException("the enum of an empty EnumMap cannot be told", failure);
            }
            throw new KryoException("the enum of an empty EnumMap cannot be told");
        }

        @Override
        protected void annotateClass(Class<?> type) {
            if (type.isEnum()) {
                found = type;
            }
        }
    }
}
