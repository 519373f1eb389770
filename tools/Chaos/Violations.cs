namespace PbKv.Chaos;

/// <summary>What should not have happened.</summary>
internal sealed class Violations(Action<string> say)
{
    private readonly Lock _lock = new();
    private readonly List<string> _all = [];

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock) return [.. _all];
        }
    }

    public void Add(string text)
    {
        lock (_lock)
        {
            if (_all.Contains(text)) return;
            _all.Add(text);
        }
        say($"VIOLATION: {text}");
    }
}
