package io.troupe.transport.internal.buffer;

import org.jspecify.annotations.Nullable;

/**
 * The JVM flag that Agrona 2's own buffers need. Without it the first of them fails with an error that names no remedy,
 * and every later one with an error that names no cause: so it is looked for before the first is made.
 */
public final class AgronaFlag {
    private static final String NEEDED_PACKAGE = "jdk.internal.misc";

    private AgronaFlag() {}

    /** {@return true if Agrona's own buffers work in this JVM} */
    public static boolean isSet() {
        ClassLoader loader = AgronaFlag.class.getClassLoader();
        Class<?> buffer = find("org.agrona.DirectBuffer", loader);
        // Only Agrona 2 has UnsafeApi; Agrona 1 uses sun.misc.Unsafe, which needs no flag.
        return buffer == null
                || find("org.agrona.UnsafeApi", loader) == null
                || Object.class.getModule().isExported(NEEDED_PACKAGE, buffer.getModule());
    }

    /** {@return the flag as it stands on a command line} */
    public static String text() {
        Class<?> buffer = find("org.agrona.DirectBuffer", AgronaFlag.class.getClassLoader());
        Module agrona = buffer == null ? AgronaFlag.class.getModule() : buffer.getModule();
        return "--add-exports java.base/" + NEEDED_PACKAGE + "="
                + (agrona.isNamed() ? agrona.getName() : "ALL-UNNAMED");
    }

    private static @Nullable Class<?> find(String name, @Nullable ClassLoader loader) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException absent) {
            return null;
        }
    }
}
