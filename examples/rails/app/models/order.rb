class Order < ActiveRecord::Base
  validates :item, format: { without: /\0/ }

  def as_json(*) = { order: id, item: item, placed: placed_on, state: state }
end
