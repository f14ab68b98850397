package io.auspex.security;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Connections of the service's pool for JDBC. */
@ApplicationScoped
class ServiceConnections implements Connections {

    private final DataSource source;

    ServiceConnections(DataSource source) {
        this.source = source;
    }

    @Override
    public Connection open() throws SQLException {
        return source.getConnection();
    }
}
