package io.troupe.transport.internal.buffer;

import io.troupe.transport.TransportException;
import org.jspecify.annotations.Nullable;

/**
 * The one JVM flag that Agrona 2 needs. Without it the first buffer fails with an error that names no remedy, and every
 * later one with an error that names no cause: so it is looked for before the first buffer is made.
 */
public final class AgronaFlag {
    private static final String NEEDED_PACKAGE = "jdk.internal.misc";

    private AgronaFlag() {}

    /**
     * Fails if the flag is missing.
     *
     * @throws TransportException {@code MISSING_FLAG}, with the exact flag and the alternatives
     */
    public static void check() {
        ClassLoader loader = AgronaFlag.class.getClassLoader();
        Class<?> buffer = find("org.agrona.DirectBuffer", loader);
        // Only Agrona 2 has UnsafeApi; Agrona 1 uses sun.misc.Unsafe, which needs no flag.
        if (buffer == null || find("org.agrona.UnsafeApi", loader) == null) {
            return;
        }
        Module agrona = buffer.getModule();
        if (!Object.class.getModule().isExported(NEEDED_PACKAGE, agrona)) {
            throw new TransportException(TransportException.Code.MISSING_FLAG, remedy(agrona));
        }
    }

    private static String remedy(Module agrona) {
        String flag = "--add-exports java.base/" + NEEDED_PACKAGE + "="
                + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED");
        return "Agrona 2 needs the JVM flag " + flag + ": add it to the java command, or set the environment variable"
                + " JDK_JAVA_OPTIONS=\"" + flag + "\"; who cannot change the command pins org.agrona:agrona:1.23.1,"
                + " which needs no flag";
    }

    private static @Nullable Class<?> find(String name, @Nullable ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException absent) {
            return null;
        }
    }
}
