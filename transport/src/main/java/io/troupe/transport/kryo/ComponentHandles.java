package io.troupe.transport.kryo;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.util.Map;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.jspecify.annotations.Nullable;

import static java.lang.invoke.MethodType.methodType;

/**
 * How one component is written and read, by its declared type: primitives and strings directly, values of a final class
 * without their class, all others with it.
 */
final class ComponentHandles {
    private static final MethodHandles.Lookup OWN = MethodHandles.lookup();

    /** The types written directly, and how their methods below are named. */
    private static final Map<Class<?>, String> DIRECT = Map.of(
            boolean.class, "Boolean",
            byte.class, "Byte",
            char.class, "Char",
            short.class, "Short",
            int.class, "Int",
            long.class, "Long",
            float.class, "Float",
            double.class, "Double",
            String.class, "String");

    private ComponentHandles() {}

    /** {@code (Kryo, Output, type)void} */
    static MethodHandle writer(Class<?> type) {
        String direct = DIRECT.get(type);
        if (direct != null) {
            return find("write" + direct, void.class, Kryo.class, Output.class, type);
        }
        MethodHandle any = isExact(type)
                ? MethodHandles.insertArguments(
                        find("writeExact", void.class, Class.class, Kryo.class, Output.class, Object.class), 0, type)
                : find("writeAny", void.class, Kryo.class, Output.class, Object.class);
        return any.asType(methodType(void.class, Kryo.class, Output.class, type));
    }

    /** {@code (Kryo, Input)type}; the value is checked against the type. */
    static MethodHandle reader(Class<?> type) {
        String direct = DIRECT.get(type);
        if (direct != null) {
            return find("read" + direct, type, Kryo.class, Input.class);
        }
        MethodHandle any = isExact(type)
                ? MethodHandles.insertArguments(
                        find("readExact", Object.class, Class.class, Kryo.class, Input.class), 0, type)
                : find("readAny", Object.class, Kryo.class, Input.class);
        return any.asType(methodType(type, Kryo.class, Input.class));
    }

    /** A method without arguments of an object, as a handle that gives an {@code Object}. */
    static MethodHandle bind(Object target, Class<?> declaring, String name) {
        try {
            return OWN.findVirtual(declaring, name, methodType(Object.class)).bindTo(target);
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(declaring + "." + name, impossible);
        }
    }

    /** An array's class is always final, yet an array of interfaces may be of any class below. */
    private static boolean isExact(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        return Modifier.isFinal(element.getModifiers());
    }

    private static MethodHandle find(String name, Class<?> result, Class<?>... parameters) {
        try {
            return OWN.findStatic(ComponentHandles.class, name, methodType(result, parameters));
        } catch (ReflectiveOperationException impossible) {
            throw new LinkageError(name, impossible);
        }
    }

    // From here on: found by name.

    static void writeAny(Kryo kryo, Output output, @Nullable Object value) {
        kryo.writeClassAndObject(output, value);
    }

    static @Nullable Object readAny(Kryo kryo, Input input) {
        return kryo.readClassAndObject(input);
    }

    static void writeExact(Class<?> type, Kryo kryo, Output output, @Nullable Object value) {
        kryo.writeObjectOrNull(output, value, type);
    }

    static @Nullable Object readExact(Class<?> type, Kryo kryo, Input input) {
        return kryo.readObjectOrNull(input, type);
    }

    static void writeString(Kryo kryo, Output output, @Nullable String value) {
        output.writeString(value);
    }

    static @Nullable String readString(Kryo kryo, Input input) {
        return input.readString();
    }

    static void writeBoolean(Kryo kryo, Output output, boolean value) {
        output.writeBoolean(value);
    }

    static boolean readBoolean(Kryo kryo, Input input) {
        return input.readBoolean();
    }

    static void writeByte(Kryo kryo, Output output, byte value) {
        output.writeByte(value);
    }

    static byte readByte(Kryo kryo, Input input) {
        return input.readByte();
    }

    static void writeChar(Kryo kryo, Output output, char value) {
        output.writeChar(value);
    }

    static char readChar(Kryo kryo, Input input) {
        return input.readChar();
    }

    static void writeShort(Kryo kryo, Output output, short value) {
        output.writeShort(value);
    }

    static short readShort(Kryo kryo, Input input) {
        return input.readShort();
    }

    static void writeInt(Kryo kryo, Output output, int value) {
        output.writeVarInt(value, false);
    }

    static int readInt(Kryo kryo, Input input) {
        return input.readVarInt(false);
    }

    static void writeLong(Kryo kryo, Output output, long value) {
        output.writeVarLong(value, false);
    }

    static long readLong(Kryo kryo, Input input) {
        return input.readVarLong(false);
    }

    static void writeFloat(Kryo kryo, Output output, float value) {
        output.writeFloat(value);
    }

    static float readFloat(Kryo kryo, Input input) {
        return input.readFloat();
    }

    static void writeDouble(Kryo kryo, Output output, double value) {
        output.writeDouble(value);
    }

    static double readDouble(Kryo kryo, Input input) {
        return input.readDouble();
    }
}
