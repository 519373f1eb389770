using System.Collections.Immutable;
using System.Reflection;

namespace PbKv.Protocol.Tests.Wire;

/// <summary>
/// Draws messages of every type, by their constructors: a type or a field that is added is drawn too.
/// </summary>
/// <param name="hint">A value to take for this type, where there is a better one than any; null otherwise.</param>
internal sealed class AnyMessage(int seed, Func<Type, object?>? hint = null)
{
    private static readonly MethodInfo ListMethod = typeof(AnyMessage).GetMethod(
        nameof(List),
        BindingFlags.NonPublic | BindingFlags.Instance
    )!;

    private readonly Random _random = new(seed);

    public static IReadOnlyList<Type> Types { get; } =
    [
        .. typeof(Message)
            .Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Message)))
            .OrderBy(type => type.Name, StringComparer.Ordinal),
    ];

    public Message Of(Type type) => (Message)Build(type);

    /// <summary>With the fields that came later too: those that no constructor takes.</summary>
    public Message WholeOf(Type type)
    {
        var message = Of(type);
        var parameters = type.GetConstructors()[0].GetParameters().Select(parameter => parameter.Name).ToHashSet();
        foreach (var property in type.GetProperties())
        {
            if (property.SetMethod is not null && !parameters.Contains(property.Name))
                property.SetValue(message, Build(property.PropertyType));
        }
        return message;
    }

    public Message Next() => Of(Types[_random.Next(Types.Count)]);

    public Envelope Envelope() =>
        new(Address(), Address(), Stamp(), [.. Enumerable.Range(0, _random.Next(5)).Select(_ => Next())]);

    private Stamp Stamp() =>
        new(
            _random.NextInt64(1 << 40),
            VectorClock.Of([
                .. Enumerable
                    .Range(0, _random.Next(6))
                    .Select(_ => new VectorEntry((ServerId)Build(typeof(ServerId)), _random.NextInt64(1 << 40))),
            ])
        );

    private object Draw(Type type, bool nullable)
    {
        var inner = Nullable.GetUnderlyingType(type);
        if ((nullable || inner is not null) && _random.Next(2) == 0)
            return null!;
        return Build(inner ?? type);
    }

    private object Build(Type type)
    {
        if (hint?.Invoke(type) is { } better)
            return better;
        if (type == typeof(bool))
            return _random.Next(2) == 0;
        if (type == typeof(long))
            return Number();
        if (type == typeof(int))
            return _random.Next(1, 9);
        if (type == typeof(ulong))
            return (ulong)_random.NextInt64(long.MinValue, long.MaxValue);
        if (type == typeof(double))
            return _random.NextDouble() * 2 - 1;
        if (type == typeof(string))
            return Text();
        if (type == typeof(Bytes))
            return AnyBytes();
        if (type == typeof(NodeAddress))
            return Address();
        if (type == typeof(Entry))
            return new Entry(AnyBytes(), AnyBytes()) { Revisions = new Revisions(Number(), Number()) };
        if (type.IsEnum)
            return Pick(Enum.GetValues(type));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>))
            return ListMethod.MakeGenericMethod(type.GenericTypeArguments[0]).Invoke(this, [])!;
        return Construct(type);
    }

    private object Construct(Type type)
    {
        var constructor =
            type.GetConstructors().MaxBy(candidate => candidate.GetParameters().Length)
            ?? throw new InvalidOperationException($"{type} has no public constructor to draw it by");
        var nullability = new NullabilityInfoContext();
        return constructor.Invoke([
            .. constructor
                .GetParameters()
                .Select(parameter =>
                    Draw(parameter.ParameterType, nullability.Create(parameter).WriteState == NullabilityState.Nullable)
                ),
        ]);
    }

    private ImmutableArray<T> List<T>() => [.. Enumerable.Range(0, _random.Next(8)).Select(_ => (T)Build(typeof(T)))];

    private object Pick(Array values) => values.GetValue(_random.Next(values.Length))!;

    /// <summary>Small ones, and those at which the number of bytes changes.</summary>
    private long Number() =>
        _random.Next(4) switch
        {
            0 => _random.Next(-1, 300),
            1 => (1L << _random.Next(63)) + _random.Next(-1, 2),
            2 => _random.NextInt64(long.MinValue, long.MaxValue),
            _ => _random.Next(2) == 0 ? long.MaxValue : long.MinValue,
        };

    private string Text() =>
        _random.Next(3) switch
        {
            0 => "",
            1 => "näme-" + _random.Next(1000),
            _ => new string('ж', _random.Next(300)),
        };

    private NodeAddress Address() => new($"127.0.0.{_random.Next(256)}:{_random.Next(65536)}");

    private Bytes AnyBytes()
    {
        var bytes = new byte[_random.Next(10) == 0 ? _random.Next(5000) : _random.Next(40)];
        _random.NextBytes(bytes);
        return new Bytes(bytes);
    }
}
