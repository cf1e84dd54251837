package io.troupe.transport.kryo;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import org.objenesis.instantiator.ObjectInstantiator;
import org.objenesis.strategy.StdInstantiatorStrategy;

import static java.lang.invoke.MethodType.methodType;

/**
 * Composes the two handles of a {@link StructSerializer}. Record components go in the order of declaration; fields of a
 * plain class by class from the top, and by name within a class, for the JDK promises no other order.
 */
final class StructPlan {
    private static final MethodType WRITER = methodType(void.class, Kryo.class, Output.class, Object.class);
    private static final MethodType READER = methodType(Object.class, Kryo.class, Input.class);

    private final Class<?> type;
    private final MethodHandles.Lookup own = MethodHandles.lookup();

    private StructPlan(Class<?> type) {
        this.type = type;
    }

    static StructSerializer of(Class<?> type) throws IllegalAccessException, NoSuchMethodException {
        StructPlan plan = new StructPlan(type);
        return type.isRecord() ? plan.ofRecord() : plan.ofClass();
    }

    private StructSerializer ofRecord() throws IllegalAccessException, NoSuchMethodException {
        MethodHandles.Lookup inside = MethodHandles.privateLookupIn(type, own);
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        List<MethodHandle> writers = new ArrayList<>();
        for (RecordComponent component : components) {
            writers.add(writer(inside.unreflect(component.getAccessor())));
        }
        MethodHandle constructor = inside.findConstructor(type, methodType(void.class, types));
        return new StructSerializer(chain(writers), constructing(constructor, types));
    }

    /** From {@code (A, B, C)Record} to {@code (Kryo, Input)Object} that reads A, then B, then C. */
    private static MethodHandle constructing(MethodHandle constructor, Class<?>[] types) {
        MethodHandle handle = MethodHandles.dropArguments(
                constructor.asType(constructor.type().changeReturnType(Object.class)),
                types.length,
                Kryo.class,
                Input.class);
        // Last first: what is wrapped around a handle runs before it.
        for (int i = types.length - 1; i >= 0; i--) {
            MethodHandle twice = MethodHandles.collectArguments(handle, i, ComponentHandles.reader(types[i]));
            MethodType once = twice.type().dropParameterTypes(i + 2, i + 4);
            int[] order = new int[i + 4];
            for (int j = 0; j < order.length; j++) {
                order[j] = j < i + 2 ? j : j - 2;
            }
            handle = MethodHandles.permuteArguments(twice, once, order);
        }
        return handle.asType(READER);
    }

    private StructSerializer ofClass() throws IllegalAccessException {
        List<MethodHandle> writers = new ArrayList<>();
        List<MethodHandle> fillers = new ArrayList<>();
        for (Field field : fields()) {
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(field.getDeclaringClass(), own);
            // Only an accessible field hands out a setter when it is final.
            field.setAccessible(true);
            writers.add(writer(inside.unreflectGetter(field)));
            fillers.add(filler(inside.unreflectSetter(field), field.getType()));
        }
        MethodHandle filled =
                MethodHandles.dropArguments(MethodHandles.identity(Object.class), 1, Kryo.class, Input.class);
        for (int i = fillers.size() - 1; i >= 0; i--) {
            filled = MethodHandles.foldArguments(filled, fillers.get(i));
        }
        return new StructSerializer(chain(writers), MethodHandles.foldArguments(filled, creator()));
    }

    private List<Field> fields() {
        Deque<Class<?>> fromTheTop = new ArrayDeque<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            fromTheTop.push(c);
        }
        List<Field> fields = new ArrayList<>();
        for (Class<?> c : fromTheTop) {
            Arrays.stream(c.getDeclaredFields())
                    .filter(field -> !Modifier.isStatic(field.getModifiers()))
                    .filter(field -> !Modifier.isTransient(field.getModifiers()))
                    .sorted(Comparator.comparing(Field::getName))
                    .forEach(fields::add);
        }
        return fields;
    }

    /** {@code ()Object}: by the constructor without arguments, else without any constructor. */
    private MethodHandle creator() throws IllegalAccessException {
        try {
            return MethodHandles.privateLookupIn(type, own)
                    .findConstructor(type, methodType(void.class))
                    .asType(methodType(Object.class));
        } catch (NoSuchMethodException none) {
            ObjectInstantiator<?> instantiator = new StdInstantiatorStrategy().newInstantiatorOf(type);
            return ComponentHandles.bind(instantiator, ObjectInstantiator.class, "newInstance");
        }
    }

    /** From {@code (Struct)X} to {@code (Kryo, Output, Object)void}. */
    private static MethodHandle writer(MethodHandle getter) {
        MethodHandle write = ComponentHandles.writer(getter.type().returnType());
        return MethodHandles.collectArguments(write, 2, getter).asType(WRITER);
    }

    /** From {@code (Struct, X)void} to {@code (Object, Kryo, Input)void}. */
    private static MethodHandle filler(MethodHandle setter, Class<?> fieldType) {
        return MethodHandles.collectArguments(setter, 1, ComponentHandles.reader(fieldType))
                .asType(methodType(void.class, Object.class, Kryo.class, Input.class));
    }

    private static MethodHandle chain(List<MethodHandle> writers) {
        MethodHandle chained = MethodHandles.empty(WRITER);
        for (int i = writers.size() - 1; i >= 0; i--) {
            chained = MethodHandles.foldArguments(chained, writers.get(i));
        }
        return chained;
    }
}
