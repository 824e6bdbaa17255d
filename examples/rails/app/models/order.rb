class Order < ActiveRecord::Base
  def as_json(*) = { order: id, item: item, placed: placed_on, state: state }
end
