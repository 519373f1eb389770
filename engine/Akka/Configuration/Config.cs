using System.Reflection;
using Akka.Configuration.Hocon;

namespace Akka.Configuration;

/// <summary>Settings as a tree, read by dotted paths; what it lacks, its fallback answers.</summary>
public class Config
{
    public static readonly Config Empty = new(new HoconObject());

    private readonly HoconObject _own;
    private readonly HoconObject _all;
    private readonly Config _fallback;

    internal Config(HoconObject own, Config fallback = null)
    {
        (_own, _fallback) = (own, fallback);
        _all = fallback is null ? own : fallback._all.Clone();
        if (fallback is not null) _all.Override(own);
    }

    public virtual bool IsEmpty => _all.Items.Count == 0;

    public virtual bool HasPath(string path) => GetValue(path) is not null;

    public virtual string GetString(string path, string @default = null) => Text(path) ?? @default;

    public virtual bool GetBoolean(string path, bool @default = false) => Text(path) is { } text ? HoconUnits.Boolean(path, text) : @default;

    public virtual int GetInt(string path, int @default = 0) => Text(path) is { } text ? HoconUnits.Number<int>(path, text) : @default;
    public virtual long GetLong(string path, long @default = 0) => Text(path) is { } text ? HoconUnits.Number<long>(path, text) : @default;

    public virtual double GetDouble(string path, double @default = 0) => Text(path) is { } text ? HoconUnits.Number<double>(path, text) : @default;

    public virtual long? GetByteSize(string path) => GetByteSize(path, null);
    public virtual long? GetByteSize(string path, long? def = null) => Text(path) is { } text ? HoconUnits.Bytes(path, text) : def;

    public virtual TimeSpan GetTimeSpan(string path, TimeSpan? @default = null, bool allowInfinite = true) =>
        Text(path) is { } text ? HoconUnits.Duration(path, text, allowInfinite) : @default ?? TimeSpan.Zero;

    public virtual IList<string> GetStringList(string path) => GetValue(path) is { } value ? [.. value.GetArray().Select(v => v.GetString())] : [];

    /// <summary>The settings below a path; null where there are none.</summary>
    public virtual Config GetConfig(string path) => GetValue(path)?.GetObject() is { } fields ? new Config(fields) : null;

    /// <summary>This config with another behind it. What stands here wins, objects are merged key by key.</summary>
    public virtual Config WithFallback(Config fallback)
    {
        if (ReferenceEquals(fallback, this)) throw new ArgumentException("a config cannot be its own fallback", nameof(fallback));
        if (fallback is null || fallback.IsEmpty) return this;
        return IsEmpty ? fallback : new Config(_own, _fallback is null ? fallback : _fallback.WithFallback(fallback));
    }

    public virtual IEnumerable<KeyValuePair<string, HoconValue>> AsEnumerable() => _all.Items;

    public override string ToString() => ToString(includeFallback: true);
    public string ToString(bool includeFallback) => (includeFallback ? _all : _own).ToString();

    private HoconValue GetValue(string path) => new HoconValue(_all).Find(path);

    private string Text(string path) => GetValue(path)?.GetString();
}

public class ConfigurationFactory
{
    public static Config Empty => Config.Empty;

    /// <summary>Throws a FormatException that names line and column when the text is no HOCON.</summary>
    public static Config ParseString(string hocon) => new(HoconParser.Parse(hocon ?? ""));

    public static Config FromResource(string resourceName, Assembly assembly)
    {
        using var stream = assembly.GetManifestResourceStream(resourceName)
            ?? throw new ConfigurationException($"assembly {assembly.GetName().Name} has no resource '{resourceName}'; it has: {string.Join(", ", assembly.GetManifestResourceNames())}");
        using var reader = new StreamReader(stream);
        return ParseString(reader.ReadToEnd());
    }
}

public class ConfigurationException : AkkaException
{
    public ConfigurationException(string message) : base(message) { }

    public ConfigurationException(string message, Exception exception) : base(message, exception) { }
}
