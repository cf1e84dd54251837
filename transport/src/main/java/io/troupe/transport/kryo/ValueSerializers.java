package io.troupe.transport.kryo;

import java.net.URI;
import java.util.UUID;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import com.esotericsoftware.kryo.serializers.ImmutableSerializer;

/** Values of the JDK that Kryo cannot handle, or not safely. */
final class ValueSerializers {
    private ValueSerializers() {}

    /** {@link UUID}. */
    static final class OfUuid extends ImmutableSerializer<UUID> {
        @Override
        public void write(Kryo kryo, Output output, UUID uuid) {
            output.writeLong(uuid.getMostSignificantBits());
            output.writeLong(uuid.getLeastSignificantBits());
        }

        @Override
        public UUID read(Kryo kryo, Input input, Class<? extends UUID> type) {
            long high = input.readLong();
            return new UUID(high, input.readLong());
        }
    }

    /** {@link URI}. */
    static final class OfUri extends ImmutableSerializer<URI> {
        @Override
        public void write(Kryo kryo, Output output, URI uri) {
            output.writeString(uri.toString());
        }

        @Override
        public URI read(Kryo kryo, Input input, Class<? extends URI> type) {
            return URI.create(input.readString());
        }
    }

    /** {@code boolean[]}, for which Kryo's own serializer believes the declared length. */
    static final class OfBooleans extends Serializer<boolean[]> {
        @Override
        public void write(Kryo kryo, Output output, boolean[] array) {
            output.writeVarInt(array.length, true);
            output.writeBooleans(array, 0, array.length);
        }

        @Override
        public boolean[] read(Kryo kryo, Input input, Class<? extends boolean[]> type) {
            return input.readBooleans(input.readVarInt(true));
        }
    }

    /** A class with one instance. */
    static final class Constant extends ImmutableSerializer<Object> {
        private final Object value;

        Constant(Object value) {
            this.value = value;
        }

        @Override
        public void write(Kryo kryo, Output output, Object constant) {
            // Its class says it all.
        }

        @Override
        public Object read(Kryo kryo, Input input, Class<?> type) {
            return value;
        }
    }
}
