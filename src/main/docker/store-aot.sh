#!/bin/sh
# A run on a small simulated market, with predictions, refits and swaps, after which the JVM stores what it has loaded and learnt beside
# the application: app.aot. A service that starts with it has its code compiled early: docs/decisions/0046.
# Usage: store-aot.sh <folder of quarkus-run.jar> <folder of the starter models>
set -eu

app=$1
models=$2
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
training=$(mktemp -d)
pid=
trap 'kill "$pid" 2>/dev/null || true; rm -rf "$training"' EXIT

rm -f "$app/app.aot"
: >"$training/log"
"$java" -Xmx512m "-XX:AOTCacheOutput=$app/app.aot" -Xlog:aot=error -Xlog:aot*=error -XX:+ExitOnOutOfMemoryError \
    --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    --add-opens=java.base/java.lang.invoke=ALL-UNNAMED -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
    -jar "$app/quarkus-run.jar" --data="$training/data" --port=0 --simulated.days=5 --models-folder="$models" \
    >"$training/log" 2>&1 &
pid=$!
until grep -q 'Auspex is up' "$training/log"; do
    if ! kill -0 "$pid" 2>/dev/null; then
        cat "$training/log" >&2
        exit 1
    fi
    sleep 0.2
done
port=$(sed -n 's|.* http://[^ ]*:\([0-9]*\)/api/status.*|\1|p' "$training/log" | head -n 1)
if ! "$java" -Xmx128m -cp "$app/app/*:$app/lib/main/*:$app/lib/boot/*" io.auspex.bench.Rehearsal "--port=$port"; then
    tail -n 40 "$training/log" >&2
    exit 1
fi
kill "$pid"
wait "$pid" || true
if [ ! -s "$app/app.aot" ]; then
    cat "$training/log" >&2
    echo "nothing was stored" >&2
    exit 1
fi
