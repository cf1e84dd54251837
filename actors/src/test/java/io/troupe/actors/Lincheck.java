package io.troupe.actors;

import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;

import org.jetbrains.kotlinx.lincheck.Actor;
import org.jetbrains.kotlinx.lincheck.execution.ExecutionScenario;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * Small programs of two threads, in all of whose orders of steps the model checker looks for a failure. Programs that
 * are drawn by chance would have to be many before one of them has the two calls that meet.
 */
final class Lincheck {
    /** Orders of the steps that are tried for each program; more for a night: {@code -Dtroupe.lincheck=10000}. */
    private static final int INVOCATIONS = Integer.getInteger("troupe.lincheck", 200);

    private static final int PARTS = 4;

    private Lincheck() {}

    /**
     * A program is "calls before | calls of one thread | of the other | calls after", a call is "name" or
     * "name:number".
     */
    static void check(Class<?> test, ModelCheckingOptions options, String... programs) {
        for (String program : programs) {
            String[] parts = program.split("\\|", -1);
            if (parts.length != PARTS) {
                throw new IllegalArgumentException("'" + program + "' must have " + PARTS + " parts");
            }
            options.addCustomScenario(new ExecutionScenario(
                    calls(test, parts[0]),
                    List.of(calls(test, parts[1]), calls(test, parts[2])),
                    calls(test, parts[3]),
                    Arrays.stream(test.getMethods())
                            .filter(method -> method.isAnnotationPresent(Validate.class))
                            .findAny()
                            .map(method -> actor(method, List.of()))
                            .orElse(null)));
        }
        options.iterations(0).invocationsPerIteration(INVOCATIONS).check(test);
    }

    private static List<Actor> calls(Class<?> test, String part) {
        return Arrays.stream(part.split(" "))
                .filter(call -> !call.isEmpty())
                .map(call -> call(test, call.split(":")))
                .toList();
    }

    private static Actor call(Class<?> test, String[] call) {
        Method method = Arrays.stream(test.getMethods())
                .filter(known -> known.getName().equals(call[0]))
                .findAny()
                .orElseThrow(() -> new IllegalArgumentException(test + " has no call " + call[0]));
        return actor(method, call.length == 1 ? List.of() : List.of(Integer.valueOf(call[1])));
    }

    private static Actor actor(Method method, List<Object> arguments) {
        return new Actor(method, arguments, false, false, false, false, false);
    }
}
