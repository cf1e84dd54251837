package io.troupe.transport.kryo;

import java.lang.invoke.MethodHandle;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;

/**
 * Records and plain classes, component by component, through two method handles: no boxing, no reflection per message,
 * and no value ever lands in a field of another type. (Kryo's own serializer stores through {@code Unsafe}, which
 * believes the class id on the wire: a forged one would break the JVM's type safety.) Thread-safe.
 */
final class StructSerializer extends Serializer<Object> {
    /** {@code (Kryo, Output, Object)void} */
    private final MethodHandle writer;

    /** {@code (Kryo, Input)Object} */
    private final MethodHandle reader;

    StructSerializer(MethodHandle writer, MethodHandle reader) {
        this.writer = writer;
        this.reader = reader;
    }

    @Override
    public void write(Kryo kryo, Output output, Object struct) {
        try {
            writer.invokeExact(kryo, output, struct);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new KryoException(failure);
        }
    }

    @Override
    public Object read(Kryo kryo, Input input, Class<?> type) {
        try {
            return reader.invokeExact(kryo, input);
        } catch (RuntimeException | Error failure) {
            throw failure;
        } catch (Throwable failure) {
            throw new KryoException(failure);
        }
    }
}
