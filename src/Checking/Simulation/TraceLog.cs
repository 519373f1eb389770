namespace PbKv.Checking;

/// <summary>
/// Writes down what happens in a world, with the stamps, for people. Pings that say nothing new are left out.
/// </summary>
internal sealed class TraceLog : WorldWatch
{
    private const int MaxLines = 4000;

    private readonly List<string> _lines = [];

    public IReadOnlyList<string> Lines => _lines;

    public override void OnStart(World world, WorldHost host) =>
        Add(world, host, $"starts as {host.Identity?.ToString() ?? "a clerk"}");

    public override void OnStop(World world, WorldHost host) => Add(world, host, "is gone");

    public override void OnInput(World world, WorldHost host, string? what, Envelope? envelope)
    {
        if (what is not null)
            Add(world, host, what);
        if (envelope is null)
            return;
        var worth = envelope.Messages.Where(message => message is not (Ping or PingAnswer)).ToList();
        if (worth.Count > 0)
            Add(world, host, $"← {envelope.From}: {string.Join("; ", worth.Select(MessageText.Of))}");
    }

    public override void OnEffects(World world, WorldHost host, Effects effects)
    {
        foreach (var notice in effects.Notices)
            Add(world, host, $"** {notice.Kind}: {notice.Text}");
        foreach (var completion in effects.Completions)
            Add(world, host, $"=> call {completion.Call}: {completion.Status} \"{completion.Value}\"");
    }

    private void Add(World world, WorldHost host, string text)
    {
        if (_lines.Count == MaxLines)
            _lines.RemoveRange(0, MaxLines / 4);
        _lines.Add($"{world.Now / 1000.0, 10:F3} ms {host.Address, -4} {text}  {host.Clock.Now()}");
    }
}
