package io.troupe.chaos.check;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Event to line and back. The records themselves are the schema: each component is a field, one that is nullable may be
 * left out. Errors are {@link IllegalArgumentException}s that name the record and the field.
 */
final class EventCodec {
    private static final Map<String, Class<? extends Event>> TYPES = types();

    private EventCodec() {}

    private static Map<String, Class<? extends Event>> types() {
        Map<String, Class<? extends Event>> types = new LinkedHashMap<>();
        types.put("invoke", Event.Invocation.class);
        types.put("respond", Event.Response.class);
        types.put("tell", Event.Tell.class);
        types.put("effect", Event.Effect.class);
        types.put("ownership", Event.Ownership.class);
        types.put("alive", Event.Alive.class);
        types.put("view", Event.View.class);
        types.put("resources", Event.Resources.class);
        types.put("fault", Event.Fault.class);
        return types;
    }

    static String print(Event event) {
        Map<String, Object> fields = new LinkedHashMap<>();
        TYPES.forEach((name, type) -> {
            if (type.isInstance(event)) {
                fields.put("type", name);
            }
        });
        for (RecordComponent component : event.getClass().getRecordComponents()) {
            Object value = valueOf(component, event);
            if (value instanceof Enum<?> word) {
                fields.put(component.getName(), word.name().toLowerCase(Locale.ROOT));
            } else if (value != null) {
                fields.put(component.getName(), value);
            }
        }
        return FlatJson.print(fields);
    }

    static Event parse(String line) {
        Map<String, Object> fields = FlatJson.parse(line);
        Object name = fields.remove("type");
        if (name == null) {
            throw new IllegalArgumentException("there is no field 'type': it must be one of " + TYPES.keySet());
        }
        Class<? extends Event> type = TYPES.get(String.valueOf(name));
        if (type == null) {
            throw new IllegalArgumentException("unknown type '" + name + "': it must be one of " + TYPES.keySet());
        }
        RecordComponent[] components = type.getRecordComponents();
        @Nullable Object[] arguments = new @Nullable Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = argument(components[i], fields.remove(components[i].getName()), name);
        }
        if (!fields.isEmpty()) {
            throw new IllegalArgumentException(name + " has no field " + fields.keySet() + ": its fields are "
                    + Arrays.stream(components).map(RecordComponent::getName).toList());
        }
        return construct(type, components, arguments);
    }

    private static @Nullable Object argument(RecordComponent component, @Nullable Object given, Object type) {
        String field = component.getName();
        if (given == null) {
            if (component.getAnnotatedType().isAnnotationPresent(Nullable.class)) {
                return null;
            }
            throw new IllegalArgumentException(type + " has no field '" + field + "', which it must have");
        }
        Class<?> wanted = component.getType();
        if (wanted.isEnum()) {
            return Arrays.stream(wanted.getEnumConstants())
                    .filter(word ->
                            ((Enum<?>) word).name().toLowerCase(Locale.ROOT).equals(given))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException("the field '" + field + "' of " + type + " is '"
                            + given + "': it must be one of "
                            + Arrays.toString(wanted.getEnumConstants()).toLowerCase(Locale.ROOT)));
        }
        boolean text = wanted == String.class;
        if (text != given instanceof String) {
            throw new IllegalArgumentException("the field '" + field + "' of " + type + " must be "
                    + (text ? "a string" : "an integer") + " and is " + (text ? given : "'" + given + "'"));
        }
        return given;
    }

    private static Event construct(
            Class<? extends Event> type, RecordComponent[] components, @Nullable Object[] arguments) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            return type.getDeclaredConstructor(types).newInstance(arguments);
        } catch (InvocationTargetException refused) {
            if (refused.getCause() instanceof IllegalArgumentException reason) {
                throw reason;
            }
            throw new IllegalStateException("the constructor of " + type + " failed", refused);
        } catch (ReflectiveOperationException broken) {
            throw new IllegalStateException(type + " is no accessible record", broken);
        }
    }

    private static @Nullable Object valueOf(RecordComponent component, Event event) {
        try {
            return component.getAccessor().invoke(event);
        } catch (ReflectiveOperationException broken) {
            throw new IllegalStateException(component + " is not readable", broken);
        }
    }
}
