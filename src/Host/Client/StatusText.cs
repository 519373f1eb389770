using System.Text;

namespace PbKv.Host.Client;

/// <summary>The status for people: the view in a line, then a table of the servers.</summary>
internal static class StatusText
{
    private const int RateColumn = 7;

    private static readonly string[] Heads =
    [
        "SERVER",
        "ROLE",
        "KEYS",
        "BYTES",
        "MEMORY",
        "POSITION",
        "SESSIONS",
        "OPS/S",
        "PING AGE",
        "",
    ];

    private const string Reset =
        "if nobody who holds the data can come back: pbkv view reset --primary HOST:PORT says what would be lost\n";

    private const string Refused =
        "refused: in a view that this view service never made; is its --data lost, or an old copy?\n";

    /// <param name="earlier">An earlier report, to tell how much was done since.</param>
    /// <param name="elapsed">How long ago that was.</param>
    public static string Of(PbKvStatus status, PbKvStatus? earlier, TimeSpan elapsed, bool colours)
    {
        var text = new StringBuilder(Head(status, colours)).Append('\n');
        if (status.WaitingFor is { } waiting)
            text.Append(Paint($"waiting for {waiting}", "33", colours)).Append('\n');
        if (
            status is { WaitingFor: not null, View: > 0 }
            && status.Servers.All(server => server.Role != PbKvRole.Primary)
        )
            text.Append(Reset);
        if (status.View > 0 && status.Servers.Any(server => server.Role == PbKvRole.Refused))
            text.Append(Refused);
        if (!status.ViewServices.IsEmpty)
            text.Append('\n').Append(Members(status, colours));
        if (status.Servers.IsEmpty)
            return text.Append("no server has pinged yet\n").ToString();
        text.Append('\n');
        List<string[]> rows = [Heads, .. status.Servers.Select(server => Row(server, Rate(server, earlier, elapsed)))];
        // A rate takes two looks.
        if (earlier is null)
            rows = [.. rows.Select(row => (string[])[.. row[..RateColumn], .. row[(RateColumn + 1)..]])];
        AppendTable(text, rows, colours);
        return text.ToString();
    }

    /// <summary>Several view services, a line each.</summary>
    public static string Members(PbKvStatus status, bool colours)
    {
        var text = new StringBuilder();
        List<string[]> rows =
        [
            ["VIEW SERVICE", "ROLE", "TERM", "LAG", ""],
            .. status.ViewServices.Select(member =>
                (string[])
                    [
                        $"{member.Id}={member.Address}",
                        member.Term is null ? "silent"
                        : member.Acting ? "acting"
                        : "waiting",
                        member.Term is { } term ? Grouped(term) : "",
                        member.Lag is { } lag ? Grouped(lag) : "",
                        member.Term is null ? "does not answer" : "",
                    ]
            ),
        ];
        AppendTable(text, rows, colours);
        return text.ToString();
    }

    public static string Size(long bytes) =>
        bytes switch
        {
            < 10_000 => $"{bytes} B",
            < 10_000_000 => $"{bytes / 1e3:0.0} kB",
            < 10_000_000_000 => $"{bytes / 1e6:0.0} MB",
            _ => $"{bytes / 1e9:0.0} GB",
        };

    private static string Head(PbKvStatus status, bool colours)
    {
        if (status.View == 0)
            return Paint("no view yet", "33", colours);
        var facts = status.Acknowledged ? "acknowledged" : "not acknowledged yet";
        if (status.Backup is not null)
            facts += status.Synced ? ", synced" : ", not synced yet";
        var good = status.Acknowledged && status.Synced;
        return $"view {status.View}: primary {status.Primary ?? "none"}, backup {status.Backup ?? "none"}; "
            + Paint(facts, good ? "32" : "33", colours);
    }

    private static string[] Row(PbKvServer server, string rate)
    {
        var age = $"{server.PingAge.TotalMilliseconds:0} ms";
        if (server.State is not { } state)
            return
            [
                server.Address,
                Role(server),
                .. Enumerable.Repeat("", RateColumn - 1),
                age,
                server.Role is PbKvRole.Dead or PbKvRole.Left ? "" : "does not answer",
            ];
        var progress = state.TransferProgress is { } done ? $"transfer {done * 100:0} %" : "";
        return
        [
            server.Address,
            Role(server),
            Grouped(state.Keys),
            Size(state.Bytes),
            Share(state),
            Position(state),
            Grouped(state.Sessions),
            rate,
            age,
            OwnRole(server) ?? (server.Leaving ? "leaving" : progress),
        ];
    }

    /// <summary>Behind the number of the reset that began its era, where there ever was one.</summary>
    public static string Position(PbKvServerState state) =>
        state.Era == 0 ? Grouped(state.Position) : $"{state.Era}:{Grouped(state.Position)}";

    /// <summary>How much of the memory that there may be is taken.</summary>
    private static string Share(PbKvServerState state) => $"{100.0 * state.Memory / Math.Max(1, state.MaxMemory):0} %";

    private static string Rate(PbKvServer server, PbKvStatus? earlier, TimeSpan elapsed)
    {
        var before = earlier?.Servers.FirstOrDefault(other => other.Life == server.Life)?.State;
        if (before is null || server.State is null || elapsed <= TimeSpan.Zero)
            return "";
        return Grouped((long)Math.Max(0, (server.State.Operations - before.Operations) / elapsed.TotalSeconds));
    }

    public static string Role(PbKvServer server) => server.Role.ToString().ToLowerInvariant();

    /// <summary>
    /// Of a server that is refused: what it was in its own view. Whoever has to choose one to take over from needs it;
    /// null otherwise.
    /// </summary>
    public static string? OwnRole(PbKvServer server) =>
        server is { Role: PbKvRole.Refused, State: { } state } ? $"{OwnRole(state)} of view {state.View}" : null;

    private static string OwnRole(PbKvServerState state) =>
        state.Role switch
        {
            PbKvRole.Primary => "primary",
            PbKvRole.Backup => state.Synced ? "synced backup" : "unsynced backup",
            _ => "idle server",
        };

    private static void AppendTable(StringBuilder text, List<string[]> rows, bool colours)
    {
        var widths = Enumerable
            .Range(0, rows[0].Length)
            .Select(column => rows.Max(row => row[column].Length))
            .ToArray();
        foreach (var row in rows)
            AppendRow(text, row, widths, colours);
    }

    private static void AppendRow(StringBuilder text, string[] row, int[] widths, bool colours)
    {
        var line = new StringBuilder();
        for (var column = 0; column < row.Length; column++)
        {
            var leftAligned = column < 2 || column == row.Length - 1;
            var cell = leftAligned ? row[column].PadRight(widths[column]) : row[column].PadLeft(widths[column]);
            if (column == 1)
                cell = Paint(cell, ColourOf(row[1]), colours);
            line.Append(cell).Append("  ");
        }

        text.Append(line.ToString().TrimEnd()).Append('\n');
    }

    private static string Grouped(long number) => number.ToString("#,0");

    private static string ColourOf(string role) =>
        role switch
        {
            "primary" or "acting" => "32",
            "backup" => "36",
            "dead" or "refused" or "silent" => "31",
            _ => "0",
        };

    private static string Paint(string text, string colour, bool colours) =>
        colours ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
