package io.troupe.actors;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import io.troupe.cluster.SendOutcome;
import org.jspecify.annotations.Nullable;

/**
 * An interface whose methods send messages: each to the record of the protocol that has its name and its parameters.
 * What cannot be called is found when the proxy is made, not when it is used. Safe for any thread.
 */
final class PidProxy<M> implements InvocationHandler {
    private final Pid<M> target;
    private final Class<?> type;
    private final Duration timeout;
    private final Map<Method, Call> calls;

    /** What a method sends, and whether it waits for an answer. */
    private record Call(Constructor<?> message, boolean asks) {}

    private PidProxy(Pid<M> target, Class<?> type, Duration timeout, Map<Method, Call> calls) {
        this.target = target;
        this.type = type;
        this.timeout = timeout;
        this.calls = calls;
    }

    static <T> T of(Pid<?> target, Class<T> type, Duration timeout) {
        if (!type.isInterface() || type.isSealed()) {
            throw new IllegalArgumentException(
                    type.getName() + " cannot stand for " + target + ": it must be an interface that is not sealed");
        }
        if (timeout.isNegative() || timeout.isZero()) {
            throw new IllegalArgumentException("the timeout of asks of " + target + " (" + timeout
                    + ") must be positive: each waits for its answer as long");
        }
        Set<Class<?>> messages = new LinkedHashSet<>();
        collect(target.kind().protocol(), messages);
        Map<Method, Call> calls = new HashMap<>();
        Set<String> errors = new TreeSet<>();
        for (Method method : type.getMethods()) {
            if (Modifier.isAbstract(method.getModifiers())) {
                Call call = call(method, messages, errors);
                if (call != null) {
                    calls.put(method, call);
                }
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(type.getName() + " cannot stand for " + target + " of " + target.kind()
                    + ": " + String.join("; ", errors));
        }
        Object proxy = Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, new PidProxy<>(target, type, timeout, calls));
        return type.cast(proxy);
    }

    /** The records of a protocol: itself, or those that its sealed hierarchy permits. */
    private static void collect(Class<?> protocol, Collection<Class<?>> messages) {
        if (protocol.isRecord()) {
            messages.add(protocol);
        } else if (protocol.isSealed()) {
            for (Class<?> permitted : protocol.getPermittedSubclasses()) {
                collect(permitted, messages);
            }
        }
    }

    private static @Nullable Call call(Method method, Collection<Class<?>> messages, Set<String> errors) {
        List<Class<?>> found = messages.stream()
                .filter(message -> message.getSimpleName().equalsIgnoreCase(method.getName()))
                .filter(message -> Arrays.equals(components(message), method.getParameterTypes()))
                .toList();
        String called = method.getName()
                + Arrays.stream(method.getParameterTypes())
                        .map(Class::getSimpleName)
                        .toList()
                        .toString()
                        .replace('[', '(')
                        .replace(']', ')');
        if (found.size() != 1) {
            errors.add(called + " names " + (found.isEmpty() ? "none" : "several") + " of the messages "
                    + names(messages) + ": name it as a record, with the record's components as its parameters");
            return null;
        }
        Class<?> message = found.get(0);
        Type answer = method.getReturnType() == CompletableFuture.class
                        && method.getGenericReturnType() instanceof ParameterizedType future
                ? future.getActualTypeArguments()[0]
                : null;
        Type queried = queried(message);
        boolean asks = answer != SendOutcome.class;
        if (answer == null || (asks && !answer.equals(queried))) {
            errors.add(called + " returns " + method.getGenericReturnType().getTypeName() + ": it can return "
                    + "CompletableFuture<SendOutcome>"
                    + (queried == null ? "" : " or CompletableFuture<" + queried.getTypeName() + ">"));
            return null;
        }
        try {
            Constructor<?> constructor = message.getDeclaredConstructor(components(message));
            constructor.setAccessible(true); // the record may be the caller's own affair
            return new Call(constructor, asks);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("record " + message.getName() + " has no canonical constructor", e);
        }
    }

    private static Class<?>[] components(Class<?> message) {
        return Arrays.stream(message.getRecordComponents())
                .map(RecordComponent::getType)
                .toArray(Class<?>[]::new);
    }

    /** {@return R of the Query<R> that a message is; null if it is none} */
    private static @Nullable Type queried(Class<?> message) {
        for (Type implemented : message.getGenericInterfaces()) {
            if (implemented instanceof ParameterizedType query && query.getRawType() == Query.class) {
                return query.getActualTypeArguments()[0];
            }
            Type above = implemented instanceof Class<?> plain ? queried(plain) : null;
            if (above != null) {
                return above;
            }
        }
        return null;
    }

    private static List<String> names(Collection<Class<?>> messages) {
        List<String> names = new ArrayList<>();
        messages.forEach(message -> names.add(message.getSimpleName()
                + Arrays.stream(components(message)).map(Class::getSimpleName).toList()));
        return names;
    }

    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
        Object[] given = arguments == null ? new Object[0] : arguments;
        Call call = calls.get(method);
        if (call != null) {
            M message = target.kind().protocol().cast(message(call, given));
            return call.asks() ? target.ask((Query<?>) message, timeout) : target.tell(message);
        }
        if (method.isDefault()) {
            return InvocationHandler.invokeDefault(proxy, method, given);
        }
        return switch (method.getName()) {
            case "equals" ->
                Proxy.isProxyClass(Objects.requireNonNullElse(given[0], this).getClass())
                        && Proxy.getInvocationHandler(given[0]) instanceof PidProxy<?> other
                        && other.type == type
                        && other.target.equals(target);
            case "hashCode" -> target.hashCode();
            case "toString" -> type.getSimpleName() + " " + target;
            default -> throw new IllegalStateException("an interface has no method " + method);
        };
    }

    private static Object message(Call call, Object[] arguments) throws Throwable {
        try {
            return call.message().newInstance(arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause(); // the record has refused what it was given
        }
    }
}
