using System.Globalization;
using Akka.Configuration.Hocon;

namespace PbKv.Actors;

/// <summary>Reads settings one by one, each checked, and remembers which: what is left over nobody knows.</summary>
internal sealed class SettingsReader
{
    private readonly string _root;
    private readonly Dictionary<string, HoconValue> _values = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _known = new(StringComparer.Ordinal);

    public SettingsReader(Config config, string root)
    {
        _root = root;
        Collect(config, root);
    }

    public IReadOnlyCollection<string> Known => _known;

    public IReadOnlyCollection<string> Given => _values.Keys;

    public string Text(string key)
    {
        var path = Know(key);
        if (!_values.TryGetValue(path, out var value))
            throw new SettingsException($"{path} is missing: hocon/pbkv.conf shows what it may be");
        // Akka.NET has no text for null and for an empty list, which it does not take for a list.
        return value.IsArray()
            ? throw new SettingsException($"{path} is a list, allowed is a single value")
            : value.GetString() ?? "";
    }

    /// <summary>A list, or one text with commas.</summary>
    public ImmutableArray<string> Texts(string key)
    {
        var path = Know(key);
        IEnumerable<string> texts =
            _values.TryGetValue(path, out var value) && value.IsArray()
                ? value.GetArray().Select(item => item.GetString())
                : Text(key).Split(',');
        return [.. texts.Select(text => text.Trim()).Where(text => text.Length > 0)];
    }

    public string OneOf(string key, params string[] words)
    {
        var text = Text(key);
        return words.Contains(text) ? text : throw Wrong(key, text, $"{string.Join(", ", words[..^1])} or {words[^1]}");
    }

    public int Whole(string key, int least, int most)
    {
        var text = Text(key);
        return
            int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least
            && number <= most
            ? number
            : throw Wrong(key, text, $"a whole number from {least} to {most}");
    }

    public int Milliseconds(string key, int least, int most)
    {
        var text = Text(key);
        return
            SettingText.TryDuration(text, out var duration)
            && duration.TotalMilliseconds >= least
            && duration.TotalMilliseconds <= most
            ? (int)duration.TotalMilliseconds
            : throw Wrong(key, text, $"a duration from {Duration(least)} to {Duration(most)}, such as 100ms or 1.5s");
    }

    public TimeSpan DurationOrInfinite(string key, int least)
    {
        var text = Text(key);
        var right =
            SettingText.TryDuration(text, out var duration)
            && (duration == Timeout.InfiniteTimeSpan || duration.TotalMilliseconds >= least);
        return right
            ? duration
            : throw Wrong(key, text, $"a duration of at least {Duration(least)}, such as 30s, or infinite");
    }

    public long Size(string key, long least, long most)
    {
        var text = Text(key);
        return SettingText.TrySize(text, out var bytes) && bytes >= least && bytes <= most
            ? bytes
            : throw Wrong(
                key,
                text,
                $"a size from {SettingText.OfSize(least)} to {SettingText.OfSize(most)}, such as 64KiB"
            );
    }

    /// <summary>For what is right only beside other settings.</summary>
    public void Check(bool right, string key, string allowed)
    {
        if (!right)
            throw Wrong(key, Text(key), allowed);
    }

    public SettingsException Wrong(string key, string value, string allowed) =>
        new($"{_root}.{key} is '{value}', allowed is {allowed}");

    /// <summary>A misspelt key would be silently without effect.</summary>
    public void RefuseUnknown()
    {
        foreach (var path in _values.Keys)
        {
            if (_known.Contains(path))
                continue;
            var wayOut = Spelling.Nearest(path, _known) is { } nearest
                ? $"did you mean {nearest}?"
                : "hocon/pbkv.conf lists them all";
            throw new SettingsException($"{path} is no setting of PbKv; {wayOut}");
        }
    }

    /// <summary>
    /// By path, not by walking the values: only so does Akka look through all the layers of a config.
    /// </summary>
    private void Collect(Config config, string path)
    {
        if (config.GetConfig(path) is not { } section)
            return;
        foreach (var (key, value) in section.AsEnumerable())
        {
            if (value.IsObject())
                Collect(config, $"{path}.{key}");
            else
                _values[$"{path}.{key}"] = value;
        }
    }

    private static string Duration(int milliseconds) => SettingText.OfDuration(TimeSpan.FromMilliseconds(milliseconds));

    private string Know(string key)
    {
        var path = $"{_root}.{key}";
        _known.Add(path);
        return path;
    }
}
