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
    public static string Of(StatusReport report, StatusReport? earlier, TimeSpan elapsed, bool colours)
    {
        var text = new StringBuilder(Head(report, colours)).Append('\n');
        if (report.Service.WaitingFor is { } waiting)
            text.Append(Paint($"waiting for {waiting}", "33", colours)).Append('\n');
        if (report.Service is { WaitingFor: not null, View.Number: > 0 })
            text.Append(Reset);
        if (report.Service.View.Number > 0 && report.Servers.Any(server => server.Known.Refused))
            text.Append(Refused);
        if (report.Servers.IsEmpty)
            return text.Append("no server has pinged yet\n").ToString();
        text.Append('\n');
        List<string[]> rows = [Heads, .. report.Servers.Select(server => Row(server, Rate(server, earlier, elapsed)))];
        // A rate takes two looks.
        if (earlier is null)
            rows = [.. rows.Select(row => (string[])[.. row[..RateColumn], .. row[(RateColumn + 1)..]])];
        var widths = Enumerable
            .Range(0, rows[0].Length)
            .Select(column => rows.Max(row => row[column].Length))
            .ToArray();
        foreach (var row in rows)
            AppendRow(text, row, widths, colours);
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

    private static string Head(StatusReport report, bool colours)
    {
        var view = report.Service.View;
        if (view.Number == 0)
            return Paint("no view yet", "33", colours);
        var facts = report.Service.Acknowledged ? "acknowledged" : "not acknowledged yet";
        if (view.Backup is not null)
            facts += report.Service.Synced ? ", synced" : ", not synced yet";
        var good = report.Service.Acknowledged && report.Service.Synced;
        return $"view {view.Number}: primary {view.Primary?.Address.Value ?? "none"}, backup "
            + $"{view.Backup?.Address.Value ?? "none"}; "
            + Paint(facts, good ? "32" : "33", colours);
    }

    private static string[] Row(ServerReport server, string rate)
    {
        var address = server.Known.Server.Address.Value;
        var age = $"{server.Known.PingAgeMs} ms";
        if (server.Status is not { } status)
            return
            [
                address,
                server.Role,
                "",
                "",
                "",
                "",
                "",
                "",
                age,
                server.Role is "dead" or "left" ? "" : "does not answer",
            ];
        var remark = status.Progress >= 0 ? $"transfer {status.Progress * 100:0} %" : "";
        if (server.Known.Leaving)
            remark = "leaving";
        remark = server.OwnRole ?? remark;
        return
        [
            address,
            server.Role,
            Grouped(status.Keys),
            Size(status.Bytes),
            Share(status),
            Position(status),
            Grouped(status.Sessions),
            rate,
            age,
            remark,
        ];
    }

    /// <summary>Behind the number of the reset that began its era, where there ever was one.</summary>
    public static string Position(ReplicaStatus status) =>
        status.Era == 0 ? Grouped(status.Position) : $"{status.Era}:{Grouped(status.Position)}";

    /// <summary>How much of the memory that there may be is taken.</summary>
    private static string Share(ReplicaStatus status) => $"{100.0 * status.Memory / Math.Max(1, status.MaxMemory):0} %";

    private static string Rate(ServerReport server, StatusReport? earlier, TimeSpan elapsed)
    {
        var before = earlier?.Servers.FirstOrDefault(other => other.Known.Server == server.Known.Server)?.Status;
        if (before is null || server.Status is null || elapsed <= TimeSpan.Zero)
            return "";
        return Grouped((long)Math.Max(0, (server.Status.Operations - before.Operations) / elapsed.TotalSeconds));
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
            "primary" => "32",
            "backup" => "36",
            "dead" or "refused" => "31",
            _ => "0",
        };

    private static string Paint(string text, string colour, bool colours) =>
        colours ? $"\u001b[{colour}m{text}\u001b[0m" : text;
}
